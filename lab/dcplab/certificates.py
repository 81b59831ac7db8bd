"""A CA and the certificates that it signs, made by the openssl program in a test's own directory. Used by tests of TLS."""

import subprocess
from pathlib import Path


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, text=True, timeout=120)


class Authority:
    def __init__(self, directory: Path) -> None:
        directory.mkdir()
        self._directory = directory
        self.file = directory / "ca.pem"
        self._key = directory / "ca-key.pem"
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj", f"/CN={directory.name}",
                 "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-keyout", str(self._key), "-out", str(self.file))

    def issue(self, name: str, subject_alt_name: str, days: int = 1) -> tuple[Path, Path]:
        """Certificate and key for "DNS:name,IP:address". With `days` below 0 it has expired."""
        certificate, key, request, extensions = (self._directory / f"{name}{suffix}" for suffix in (".pem", "-key.pem", ".csr", ".ext"))
        _openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                 "-keyout", str(key), "-out", str(request))
        extensions.write_text(f"subjectAltName={subject_alt_name}\nauthorityKeyIdentifier=keyid\n", encoding="utf-8")
        _openssl("x509", "-req", "-in", str(request), "-CA", str(self.file), "-CAkey", str(self._key), "-days", str(days),
                 "-extfile", str(extensions), "-out", str(certificate))
        return certificate, key
