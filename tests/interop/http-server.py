# A page, by Python's own server of HTTP.
import http.server
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Length', '6')
        self.end_headers()
        self.wfile.write(b'hello\n')


server = http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler)
print('port', server.server_address[1])
server.serve_forever()
