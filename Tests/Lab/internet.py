#!/usr/bin/env python3
"""The lab's internet: static files over http and https, a folder for each name.

    internet.py ADDRESS ROOT CERTIFICATE KEY

https://NAME/PATH is ROOT/NAME/PATH. Two files in ROOT/NAME change that:
  .redirects  lines "/path target": answered with 302
  .upstream   "host:port": every request for NAME goes to the program listening there
"""

import http.client
import http.server
import os
import ssl
import sys
import threading
import urllib.parse

ADDRESS, ROOT, CERTIFICATE, KEY = sys.argv[1:]


class Site(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def folder(self):
        name = (self.headers.get("Host") or "").split(":")[0]
        return os.path.join(ROOT, "nowhere" if "/" in name or name in ("", ".", "..") else name)

    def words_of(self, name):
        try:
            with open(os.path.join(self.folder(), name), encoding="utf-8") as file:
                return file.read().split()
        except OSError:
            return []

    def translate_path(self, path):
        self.directory = self.folder()
        return super().translate_path(path)

    def parse_request(self):
        """Answers what is not a file before the methods see it."""
        if not super().parse_request():
            return False
        redirects = self.words_of(".redirects")
        path = urllib.parse.unquote(self.path.split("?")[0])
        target = dict(zip(redirects[::2], redirects[1::2])).get(path)
        upstream = self.words_of(".upstream")
        if target:
            self.answer(302, "text/plain", b"", {"Location": target})
        elif upstream:
            self.pass_on(upstream[0])
        return not (target or upstream)

    def pass_on(self, upstream):
        length = int(self.headers.get("Content-Length") or 0)
        connection = http.client.HTTPConnection(upstream, timeout=20)
        try:
            body = self.rfile.read(length) if length else None
            connection.request(self.command, self.path, body, dict(self.headers))
            response = connection.getresponse()
            kind = response.getheader("Content-Type", "text/plain")
            self.answer(response.status, kind, response.read(), {})
        except OSError as error:
            self.answer(502, "text/plain", f"upstream: {error}\n".encode(), {})
        finally:
            connection.close()

    def answer(self, status, kind, body, headers):
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": len(body), **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format, *args):
        host = self.headers.get("Host") if hasattr(self, "headers") else "-"
        print(self.client_address[0], host, format % args, file=sys.stderr, flush=True)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main():
    plain, secure = Server((ADDRESS, 80), Site), Server((ADDRESS, 443), Site)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)
    # The handshake belongs to the connection's own thread: one slow client delays no other.
    secure.socket = context.wrap_socket(
        secure.socket, server_side=True, do_handshake_on_connect=False
    )
    threading.Thread(target=secure.serve_forever, daemon=True).start()
    plain.serve_forever()


main()
