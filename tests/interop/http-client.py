# A page, by Python's own client of HTTP.
import http.client
import sys

c = http.client.HTTPConnection('127.0.0.1', int(sys.argv[1]))
c.request('GET', '/hello')
answer = c.getresponse()
print(answer.status, answer.reason, answer.read().decode().strip())
