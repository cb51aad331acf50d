# A handler for each connection. Mended: the port, and the end of the stream, at which the handler went round for ever.
import socketserver
import sys

class FTPserver(socketserver.BaseRequestHandler):
    def handle(self):
        print('=-=====>',self.request)
        print(self.request)
        while True:
            data=self.request.recv(1024)
            if not data:
                break
            print(data)
            self.request.send(data.upper())


if __name__ == '__main__':
    obj=socketserver.ThreadingTCPServer(('127.0.0.1',int(sys.argv[1])),FTPserver)
    print('port', obj.server_address[1])
    print(obj.server_address)
    print(obj.RequestHandlerClass)
    print(obj.socket)

    obj.serve_forever()
