"""Writes tools.npz and organs.npz as MedShapeNetCore keeps shapes: NumPy pickles of nested dictionaries.

Tetrahedra stand for shapes. Run in this folder; NumPy is needed, medshape is not.
"""

import numpy as np
from collections import OrderedDict
class MyDict(OrderedDict): pass
def tet(s):
    v=np.array([[0,0,0],[s,0,0],[0,s,0],[0,0,s]],dtype='f4')
    f=np.array([[0,2,1],[0,1,3],[0,3,2],[1,2,3]],dtype='i4')
    return v,f
def group(sizes):
    d=MyDict(); m=MyDict(); m['vertices']=MyDict(); m['faces']=MyDict()
    for i,s in enumerate(sizes):
        m['vertices'][i],m['faces'][i]=tet(s)
    d['mesh']=m; d['labels']=np.array([i%2 for i in range(len(sizes))])
    return d
np.savez('tools.npz', data=group([20.0,30.0,40.0]))
o=MyDict(); o['liver']=group([30.0,60.0]); o['spleen']=group([20.0,25.0])
np.savez('organs.npz', data=o)
