"""What dcportald's API asks for, and what Neutron has to show for it: a certificate and a token, in files of each side.

dcportald reads its own when it starts, the driver reads its own at each connection. Used by tests that make the two differ.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from dcplab import Lab
from dcplab.certificates import Authority
from dcplab.rpc import HOST, PORT

URL = f"https://{HOST}:{PORT}"


class Access:
    def __init__(self, lab: Lab) -> None:
        """Nothing asks for anything yet."""
        self._lab = lab
        self._directory = lab.state.directory / "access"
        self._directory.mkdir()
        self._token = self._directory / "dcportald-token"
        self.token_file = self._directory / "neutron-token"
        self.ca_file = self._directory / "neutron-ca.pem"

    @contextmanager
    def asked_for(self) -> Iterator["Access"]:
        """While the block runs, dcportald serves TLS only, and only those who know the token. Neutron may know both."""
        daemon = self._lab.daemon
        before = daemon.configuration.read_text(encoding="utf-8")
        self._token.write_text(secrets.token_hex(16), encoding="ascii")
        daemon.configure({"api": {"token_file": str(self._token)}})
        self.renew_certificate("authority")
        self.tell_token()
        self.tell_authority()
        try:
            yield self
        finally:
            daemon.stop()
            daemon.configuration.write_text(before, encoding="utf-8")
            daemon.start()

    def renew_certificate(self, authority: str) -> None:
        """dcportald is started again with a certificate that a new authority of this name has signed."""
        self._authority = Authority(self._directory / authority)
        certificate, key = self._authority.issue("dcportald", f"IP:{HOST}")
        self._lab.daemon.stop()
        self._lab.daemon.configure({"api": {"tls_certificate_file": str(certificate), "tls_key_file": str(key)}})
        self._lab.daemon.start()

    def tell_token(self, token: str | None = None) -> None:
        """Neutron has the right token from now on, or this one."""
        self.token_file.write_text(token or self._token.read_text(encoding="ascii"), encoding="ascii")

    def tell_authority(self) -> None:
        """Neutron trusts the authority of dcportald's certificate from now on."""
        self.ca_file.write_bytes(self._authority.file.read_bytes())
