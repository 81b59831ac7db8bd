"""JSON-RPC 2.0 over HTTP(S) to dcportald (doc/rpc.md); deliver, follow, maintenance and the sync command call it.

A Client opens its connection at the first call and belongs to one thread of one process: make another for another. All methods of
dcportald that the driver uses may be repeated, so a call whose kept connection had been closed meanwhile is sent once more.
"""

import http.client
import itertools
import json
import os
import ssl
import urllib.parse


class RpcError(Exception):
    """dcportald answered with an error: nothing was changed (after `internal` it may be unknown). Fields as in doc/rpc.md, Errors."""

    def __init__(self, code, reason, field, message):
        super().__init__(message)
        self.code = code        # number
        self.reason = reason    # word, such as stale, not_found, conflict
        self.field = field      # path of the offending parameter, '' if there is none
        self.message = message


class ConnectionLost(Exception):
    """No answer: not reachable, too slow, refused the token, or not a dcportald. What was asked may have been done."""


class Client:
    def __init__(self, conf):
        """conf: the group's values (config.register())."""
        self._conf = conf
        self._connection = None
        self._pid = None
        self._token = None
        self._ids = itertools.count(1)

    def call(self, method, **params):
        """The method's result. Waits for `timeout`, and as long as the method itself is told to wait (`timeout_seconds`).

        Raises RpcError or ConnectionLost.
        """
        request = {'jsonrpc': '2.0', 'id': next(self._ids), 'method': method, 'params': params}
        body = json.dumps(request).encode()
        timeout = self._conf.timeout + params.get('timeout_seconds', 0)
        kept = self._connection is not None and self._pid == os.getpid()
        try:
            answer = self._exchange(body, timeout)
        except ConnectionLost as lost:
            if not kept or isinstance(lost.__cause__, TimeoutError):
                raise
            answer = self._exchange(body, timeout)
        return self._result(request, answer)

    def close(self):
        """Closes the connection; the next call opens another. After a fork the parent's is left to the parent."""
        connection, self._connection = self._connection, None
        if connection is not None and self._pid == os.getpid():
            connection.close()

    def _exchange(self, body, timeout):
        try:
            connection = self._connect(timeout)
            connection.request('POST', '/', body, self._headers())
            response = connection.getresponse()
            text = response.read()
        except (OSError, ValueError, http.client.HTTPException) as error:
            self.close()
            raise ConnectionLost(f'dcportald at {self._conf.url}: {type(error).__name__}: {error}') from error
        if response.status != 200:
            self.close()
            said = text[:200].decode(errors='replace').strip()
            raise ConnectionLost(f'dcportald at {self._conf.url} answers HTTP {response.status}: {said}')
        if response.will_close:
            self.close()
        return text

    def _connect(self, timeout):
        if self._connection is None or self._pid != os.getpid():
            url = urllib.parse.urlsplit(self._conf.url)
            if url.scheme == 'https':
                context = ssl.create_default_context(cafile=self._conf.ca_file or None)
                self._connection = http.client.HTTPSConnection(url.hostname, url.port, timeout=timeout, context=context)
            else:
                self._connection = http.client.HTTPConnection(url.hostname, url.port, timeout=timeout)
            self._pid = os.getpid()
            self._token = self._read_token()
        self._connection.timeout = timeout
        if self._connection.sock is not None:
            self._connection.sock.settimeout(timeout)
        return self._connection

    def _read_token(self):
        if not self._conf.token_file:
            return None
        with open(self._conf.token_file, encoding='utf-8') as file:
            return file.read().strip()

    def _headers(self):
        headers = {'Content-Type': 'application/json'}
        if self._token:
            headers['Authorization'] = f'Bearer {self._token}'
        return headers

    def _result(self, request, text):
        try:
            answer = json.loads(text)
            if answer['id'] != request['id']:
                raise ValueError(f'answer to {answer["id"]}, not to {request["id"]}')
            if 'error' not in answer:
                return answer['result']
            error = answer['error']
            data = error.get('data') or {}
            fault = RpcError(error['code'], data.get('reason', ''), data.get('field', ''), error['message'])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.close()
            raise ConnectionLost(f'{self._conf.url} does not answer as dcportald does: {error!r}') from error
        raise fault
