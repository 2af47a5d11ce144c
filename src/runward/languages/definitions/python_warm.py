"""The warm zygote of Python: an interpreter stopped just before its main program, out of which slots are forked.

It is started by the very command of a cold run, and finds this file as its ``sitecustomize``: the interpreter is
complete then, and has not yet looked at the program.  Here the common modules are imported and put aside, the core is
loaded, and ``runward_serve`` clones slots; it returns in the payload of each.  When that has its request, this file ends
as if there were no ``sitecustomize``, and the interpreter itself goes on: no frame, module or path of ours is left.

A module that was put aside comes back when the program imports it and the cold import would have found the same file,
together with what it imports itself; so ``sys.modules`` never holds what a cold run would not.  Runs alone, in the
interpreter of the language: it imports nothing of the package and works on every Python since 3.9.
"""

# The interpreter's own classes are patched here, and typeshed rightly has no word for that.
# mypy: ignore-errors

import _frozen_importlib as bootstrap
import _frozen_importlib_external as external
import builtins
import os
import sys

HERE = os.path.dirname(__file__)
LOADERS = (
    (external.SourceFileLoader, False),
    (external.ExtensionFileLoader, False),
    (bootstrap.BuiltinImporter, True),
    (bootstrap.FrozenImporter, True),
)


class Wardrobe:
    """The modules put aside: ``kept`` by name, and what each of them imports, in order."""

    def __init__(self, cold):
        self.cold = cold
        self.kept = {}
        self.imports = {}
        self.meta_path = list(sys.meta_path)
        self.library = os.path.dirname(os.__file__)

    def put_aside(self):
        """Take every module out of sight that a cold interpreter has not loaded."""
        for name in [name for name in sys.modules if name not in self.cold]:
            self.kept[name] = sys.modules.pop(name)
        for name, module in self.kept.items():
            parent, _, child = name.rpartition(".")
            owner = self.kept.get(parent) or self.cold.get(parent)
            if owner is not None and owner.__dict__.get(child) is module:
                del owner.__dict__[child]

    def find(self, spec):
        """Return the module that was put aside for this spec, unless a cold import would find other files."""
        module = self.kept.get(spec.name)
        if module is None or sys.meta_path != self.meta_path:
            return None
        if getattr(module, "__spec__", None) is None or module.__spec__.origin != spec.origin:
            return None
        return None if self._is_shadowed(self._reach(spec.name)) else module

    def bring_back(self, name):
        """Make a module and what it imports visible, as if it had been executed now."""
        module = self.kept.pop(name, None)
        if module is None:
            return
        parent, _, child = name.rpartition(".")
        if parent:
            self.bring_back(parent)
        if name not in sys.modules:
            sys.modules[name] = module
        for other in self.imports.get(name, ()):
            self.bring_back(other)
        if name == "logging":
            module._startTime = type(module._startTime)(NOW[type(module._startTime)]())
        if parent and child not in sys.modules[parent].__dict__:
            setattr(sys.modules[parent], child, module)

    def _reach(self, name):
        found, waiting = set(), [name]
        while waiting:
            name = waiting.pop()
            if name in self.kept and name not in found:
                found.add(name)
                waiting += self.imports.get(name, ())
                if "." in name:
                    waiting.append(name.rpartition(".")[0])
        return found

    def _is_shadowed(self, names):
        """Tell whether a folder that is searched before the standard library holds something of such a name."""
        tops = {name.partition(".")[0] for name in names}
        for folder in sys.path:
            if folder == self.library:
                return False
            try:
                if not tops.isdisjoint(entry.partition(".")[0] for entry in os.listdir(folder or ".")):
                    return True
            except OSError:
                pass
        return True


class Recorder:
    """Watches the imports while modules are loaded: which module imports which others."""

    def __init__(self, wardrobe):
        self.imports = wardrobe.imports
        self.known = set(wardrobe.cold)
        self.original = builtins.__import__

    def __call__(self, name, globals=None, locals=None, fromlist=(), level=0):
        """Stand in for ``__import__``."""
        result = self.original(name, globals, locals, fromlist, level)
        importer = (globals or {}).get("__name__")
        if importer:
            base = name
            if level:
                package = globals.get("__package__") or importer
                base = ".".join(filter(None, [package.rsplit(".", level - 1)[0], name]))
            parts = base.split(".")
            names = [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
            names += [f"{base}.{item}" for item in fromlist or () if f"{base}.{item}" in sys.modules]
            self.imports.setdefault(importer, []).extend(names)
        return result

    def executed(self, module):
        """Note what a module put into sys.modules by itself while it was executed, such as collections.abc."""
        name = module.__spec__.name
        self.known.add(name)
        new = [key for key in sys.modules if key not in self.known and not _is_loading(key)]
        self.known.update(new)
        self.imports.setdefault(name, []).extend(new)


def _is_loading(name):
    spec = getattr(sys.modules[name], "__spec__", None)
    return getattr(spec, "_initializing", False)


def patch_loaders(wardrobe, recorder):
    """Let the loaders give back what was put aside; return a function that ends the recording."""
    recording = [recorder]

    def patch(loader, static):
        create, execute = loader.create_module, loader.exec_module

        def create_module(*arguments):
            return wardrobe.find(arguments[-1]) or create(*arguments)

        def exec_module(*arguments):
            module = arguments[-1]
            name = module.__spec__.name
            if wardrobe.kept.get(name) is module:
                if not static:
                    module.__loader__ = arguments[0]
                wardrobe.bring_back(name)
                return
            execute(*arguments)
            if recording:
                recording[0].executed(module)

        loader.create_module = staticmethod(create_module) if static else create_module
        loader.exec_module = staticmethod(exec_module) if static else exec_module

    for loader, static in LOADERS:
        patch(loader, static)
    return recording.clear


def preload(wardrobe, common, wanted):
    """Import the modules and put them aside; a common one may be missing, a wanted one may not."""
    recorder = Recorder(wardrobe)
    stop = patch_loaders(wardrobe, recorder)
    builtins.__import__ = recorder
    try:
        for name in common:
            try:
                __import__(name)
            except ImportError:
                pass
        for name in wanted:
            __import__(name)
    finally:
        builtins.__import__ = recorder.original
        stop()
    wardrobe.put_aside()


def touch():
    """Do what every program does once, so that its memory is this process's own before the clock runs."""
    for _ in range(2):
        code = compile(
            "import sys\nclass C:\n    def f(self): return [str(i) for i in range(9)]\nC().f()\n", "t", "exec"
        )
        exec(code, {"__name__": "__main__"})
        f"{1.5:.2f} {sys.version_info}".encode()


def reseed(kept):
    """Give the generators of preloaded modules a state of their own; ``random`` does it by itself after a fork."""
    if "numpy.random" in kept:
        kept["numpy.random"].seed()


def begin(arguments, variables):
    """Take the request's arguments and environment for this process's own."""
    import posix

    zone = os.environ.get("TZ")
    sys.orig_argv[:] = [os.fsdecode(argument) for argument in arguments]
    sys.argv[:] = sys.orig_argv[1:]
    os.environ.clear()
    posix.environ.clear()
    for variable in variables:
        name, _, value = variable.partition(b"=")
        posix.environ[name] = value
        os.environb[name] = value
    if os.environ.get("TZ") != zone:
        TZSET()


def strings(array):
    """Return the strings of a NULL-ended array of C."""
    found = []
    while array[len(found)] is not None:
        found.append(array[len(found)])
    return found


cold = dict(sys.modules)
del cold["sitecustomize"]
sys.path.remove(HERE)
sys.path_importer_cache.pop(HERE, None)
del sys.modules["sitecustomize"]
try:
    import sitecustomize  # the host's own, if the root holds one
except ImportError:
    host_has_one = False
else:
    host_has_one = True
    cold = dict(sys.modules)
wardrobe = Wardrobe(cold)

COMMON = os.environ["RUNWARD_PRELOAD"].split(",")
WANTED = [name for name in os.environ.get("RUNWARD_PRELOAD_WANTED", "").split(",") if name]
if WANTED:  # a fork takes no thread along, and would wait for the others for ever
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
preload(wardrobe, ["ctypes", "gc", "time", *COMMON], WANTED)
ctypes, gc, time = (wardrobe.kept.get(name) or cold[name] for name in ("ctypes", "gc", "time"))
NOW, TZSET = {float: time.time, int: time.time_ns}, time.tzset

api = ctypes.pythonapi
core = ctypes.PyDLL(f"{HERE}/core.so")
for held in (wardrobe, wardrobe.kept, wardrobe.imports):  # for ever: taking them apart at exit would cost milliseconds
    api.Py_IncRef(ctypes.py_object(held))
held = list(wardrobe.kept.values())
api.Py_IncRef(ctypes.py_object(held))
argv, envp = ctypes.POINTER(ctypes.c_char_p)(), ctypes.POINTER(ctypes.c_char_p)()
references = ctypes.byref(argv), ctypes.byref(envp)
gc.collect()
gc.freeze()
api.PyOS_BeforeFork()
core.runward_serve()
api.PyOS_AfterFork_Child()
reseed(wardrobe.kept)
touch()
core.runward_await_request(*references)
begin(strings(argv), strings(envp))
if not host_has_one:
    raise ImportError("No module named 'sitecustomize'", name="sitecustomize")
