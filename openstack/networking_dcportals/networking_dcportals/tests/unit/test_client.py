"""The client against a small HTTP server on loopback: answers, errors, lost connections, tokens, TLS."""

import http.server
import json
import os
import pathlib
import ssl
import subprocess
import tempfile
import threading
from unittest import mock

from neutron.tests import base
from oslo_config import cfg

from networking_dcportals import client
from networking_dcportals import config


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        self.server.requests.append((request, self.headers.get('Authorization'), self.client_address))
        status, body = self.server.answer(request)
        if status is None:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.server.closes

    def log_message(self, *_args):
        pass


def accept_for_ever(server):
    """serve_forever() selects in a way that stops all green threads, and Neutron's tests have no other."""
    while True:
        try:
            server.process_request(*server.get_request())
        except (ssl.SSLError, ConnectionError):  # a client that does not trust us may be gone before the handshake ends
            continue
        except OSError:
            return


def result(value):
    return lambda request: (200, json.dumps({'jsonrpc': '2.0', 'id': request['id'], 'result': value}).encode())


class ClientTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.conf = cfg.ConfigOpts()
        self.conf([])
        config.register(self.conf)
        self.server = self.serve()
        self.client = client.Client(self.conf[config.GROUP])
        self.addCleanup(self.client.close)

    def serve(self, port=0, wrap=None):
        server = http.server.ThreadingHTTPServer(('127.0.0.1', port), Handler)
        server.daemon_threads = True
        server.requests, server.answer, server.closes = [], result({'changed': True}), False
        if wrap is not None:
            server.socket = wrap.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=accept_for_ever, args=(server,), daemon=True).start()
        self.addCleanup(server.server_close)
        self.configure(url=f'{"https" if wrap else "http"}://127.0.0.1:{server.server_port}')
        return server

    def configure(self, **options):
        for name, value in options.items():
            self.conf.set_override(name, value, config.GROUP)

    def file(self, text):
        handle, name = tempfile.mkstemp()
        self.addCleanup(os.unlink, name)
        os.write(handle, text.encode())
        os.close(handle)
        return name

    def lost(self, method='network.list', **params):
        return str(self.assertRaises(client.ConnectionLost, self.client.call, method, **params))

    def test_a_result(self):
        self.assertEqual({'changed': True}, self.client.call('network.put', id='n', name='\u00e4'))
        request, token, _peer = self.server.requests[0]
        self.assertEqual({'jsonrpc': '2.0', 'id': 1, 'method': 'network.put', 'params': {'id': 'n', 'name': '\u00e4'}}, request)
        self.assertIsNone(token)

    def test_an_error_carries_its_reason_and_field(self):
        self.server.answer = lambda request: (200, json.dumps({'jsonrpc': '2.0', 'id': request['id'], 'error': {
            'code': -32005, 'message': 'older', 'data': {'reason': 'stale', 'field': 'revision_number'}}}).encode())
        error = self.assertRaises(client.RpcError, self.client.call, 'network.put')
        self.assertEqual((-32005, 'stale', 'revision_number', 'older'), (error.code, error.reason, error.field, error.message))

    def test_the_connection_is_kept(self):
        for _ in range(3):
            self.client.call('network.list')
        self.assertEqual(1, len({peer for _request, _token, peer in self.server.requests}))

    def test_a_kept_connection_that_was_closed_is_opened_again(self):
        self.client.call('network.list')
        answer, closes = self.server.answer, [True]
        self.server.answer = lambda request: (None, b'') if closes and closes.pop() else answer(request)
        self.client.call('network.list')
        self.assertEqual(3, len(self.server.requests))

    def test_nobody_there(self):
        self.server.server_close()
        self.assertIn('ConnectionRefusedError', self.lost())

    def test_too_slow(self):
        self.client.call('network.list')
        release = threading.Event()
        self.addCleanup(release.set)
        self.configure(timeout=0.2)
        self.server.answer = lambda request: (release.wait(), result([])(request))[1]
        with mock.patch.object(self.client, '_exchange', wraps=self.client._exchange) as exchange:
            self.assertIn('timed out', self.lost())
        exchange.assert_called_once()  # who has waited once does not wait twice, though the connection was a kept one

    def test_a_method_that_waits_has_its_time_besides(self):
        self.configure(timeout=0.2)
        self.server.answer = lambda request: (threading.Event().wait(0.4), result('late')(request))[1]
        self.assertEqual('late', self.client.call('events.get', timeout_seconds=60))
        self.lost()

    def test_what_is_no_dcportald_counts_as_lost(self):
        for status, body, said in ((401, b'no token', 'HTTP 401: no token'), (503, b'', 'HTTP 503'), (200, b'<html>', 'JSONDecodeError'),
                                   (200, b'{}', "KeyError('id')"), (200, b'{"id": 0, "result": 1}', 'answer to 0'),
                                   (200, b'[]', 'TypeError'), (200, b'{"id": null}', 'answer to None')):
            self.server.answer = lambda request, answer=(status, body): answer
            self.assertIn(said, self.lost())
        self.server.answer = result(1)
        self.assertEqual(1, self.client.call('network.list'))

    def test_the_token_is_read_at_each_connection(self):
        token_file = self.file('first\n')
        self.configure(token_file=token_file)
        self.client.call('network.list')
        pathlib.Path(token_file).write_text('second', encoding='utf-8')
        self.client.call('network.list')
        self.client.close()
        self.client.call('network.list')
        self.assertEqual(['Bearer first', 'Bearer first', 'Bearer second'], [token for _request, token, _peer in self.server.requests])

    def test_a_token_file_that_cannot_be_read_counts_as_lost(self):
        self.configure(token_file='/nowhere')
        self.assertIn('FileNotFoundError', self.lost())

    def test_a_child_process_opens_its_own(self):
        self.client.call('network.list')
        self.client._pid -= 1
        self.client.call('network.list')
        self.assertEqual(2, len({peer for _request, _token, peer in self.server.requests}))

    def test_tls_takes_only_who_is_signed_by_the_configured_authority(self):
        folder = self.useFixture(base.fixtures.TempDir()).path
        for name in ('good', 'other'):
            subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1',
                            '-subj', '/CN=dcportald', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', f'{folder}/{name}.key',
                            '-out', f'{folder}/{name}.pem'], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f'{folder}/good.pem', f'{folder}/good.key')
        self.serve(wrap=context)
        self.configure(ca_file=f'{folder}/other.pem')
        self.assertIn('CERTIFICATE_VERIFY_FAILED', self.lost())
        self.configure(ca_file=f'{folder}/good.pem')
        self.assertEqual({'changed': True}, self.client.call('network.list'))
