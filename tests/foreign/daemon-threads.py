import time
import threading
def coding(name, num):
    for i in range(1, num):
        time.sleep(0.01)
        print(f'{name}正在敲第{i}行代码-')
p11 = threading.Thread(target=coding, args=('小明', 21), name='QQ')
p22 = threading.Thread(target=coding, kwargs={'num': 21, 'name': '小明'}, name='WX')
p11.daemon = True
p11.start()
p22.start()
p11.join()
p22.join()
