#!/usr/bin/python3
"""Stands in for dcportald where only the lab's side of the contract is tested: it writes down each call and agrees.

Reads the configuration file as the daemon does, stores the calls in the file that the configuration names as the store,
and answers every method with `true`, but unknown.method with a JSON-RPC error.
"""

import json
import sys
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

CONFIGURATION = tomllib.loads(Path(sys.argv[sys.argv.index("--config") + 1]).read_text())


class Api(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with open(CONFIGURATION["store"]["path"], "a", encoding="utf-8") as store:
            store.write(json.dumps(call) + "\n")
        answer = {"jsonrpc": "2.0", "id": call["id"]}
        if call["method"] == "unknown.method":
            answer["error"] = {"code": -32601, "message": "Method not found", "data": {"method": call["method"]}}
        else:
            answer["result"] = True
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


host, port = CONFIGURATION["api"]["listen"].split(":")
HTTPServer((host, int(port)), Api).serve_forever()
