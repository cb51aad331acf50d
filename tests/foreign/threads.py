import threading
import time
def foo(n):
    time.sleep(n)
    print("foo....%s" % n)
    print(threading.activeCount())        #总共有多少个线程
def bar(n):
    time.sleep(n)
    print("bar......%s" % n)

s=time.time()
t1=threading.Thread(target=foo,args=(2,))   #创建线程对象,args=(线程数,)
#t1.setDaemon(True)          #设置为守护线程

t1.start()              #开启线程

t2=threading.Thread(target=bar,args=(5,))
#t2.setDaemon(True)
t2.start()

t1.join()        # 阻塞主线程
t2.join()

print("++++++",threading.activeCount())
print("ending!")
print("cost time:",time.time()-s)
