import parcel.inner
from parcel import inner as again
print(parcel.__path__, again.value, parcel.inner is again)
