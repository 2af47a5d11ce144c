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
PAGE = os.sysconf("SC_PAGESIZE")
KILL, STOP = 9, 19
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)
POPULATE_READ, POPULATE_WRITE = 22, 23  # of madvise(2), since Linux 5.14; before, nothing is saved
LOADERS = (
    (external.SourceFileLoader, False),
    (external.ExtensionFileLoader, False),
    (bootstrap.BuiltinImporter, True),
    (bootstrap.FrozenImporter, True),
)


class Wardrobe:
    """The modules put aside: ``kept`` by name, what each of them ``imports``, in order, and the finders they need."""

    def __init__(self, cold):
        self.cold = {name: module for name, module in cold.items() if name != "__main__"}  # it must be free to die
        self.kept = {}
        self.imports = {}
        self.cold_folders = set(sys.path_importer_cache)
        self.finders = {}
        self.meta_path = list(sys.meta_path)
        self.importers = []
        self.library = os.path.dirname(os.__file__)

    def put_aside(self):
        """Take everything out of sight that a cold interpreter has not loaded."""
        for name in sys.modules.keys() - self.cold.keys() - {"__main__"}:
            self.kept[name] = sys.modules.pop(name)
        for name, module in self.kept.items():
            parent, _, child = name.rpartition(".")
            owner = self.kept.get(parent) or self.cold.get(parent)
            if owner is not None and owner.__dict__.get(child) is module:
                del owner.__dict__[child]
        for folder in set(sys.path_importer_cache) - self.cold_folders:
            self.finders[folder] = sys.path_importer_cache.pop(folder)
        self.importers += [importer for importer in sys.meta_path if importer not in self.meta_path]
        sys.meta_path[:] = self.meta_path

    def find(self, spec):
        """Return the module that was put aside for this spec, unless a cold import would find other files."""
        module = self.kept.get(spec.name)
        if module is None or sys.meta_path != self.meta_path:
            return None
        if getattr(module, "__spec__", None) is None or module.__spec__.origin != spec.origin:
            return None
        return None if self._is_shadowed(self._reach(spec.name)) else module

    def bring_back(self, name):
        """Make a module and what it imports visible, in the order that executing it now would give."""
        module = self.kept.pop(name, None)
        if module is None:
            return
        parent, _, child = name.rpartition(".")
        if parent:
            self.bring_back(parent)
        sys.modules[name] = module
        for other in self.imports.get(name, ()):
            self.bring_back(other)
        sys.modules[name] = sys.modules.pop(name)  # an import moves what it has executed to the end
        if name == "logging":
            module._startTime = NOW[type(module._startTime)]()
        for importer in self.importers:
            if type(importer).__module__ == name:  # as six has one
                sys.meta_path.append(importer)
                self.meta_path.append(importer)
        folder = os.path.dirname(getattr(module, "__file__", None) or "")
        if parent and folder in self.finders:
            sys.path_importer_cache.setdefault(folder, self.finders[folder])
        if parent and child not in sys.modules[parent].__dict__:
            setattr(sys.modules[parent], child, module)

    def _reach(self, name):
        found, waiting = set(), [name]
        while waiting:
            name = waiting.pop()
            if name in self.kept and name not in found:
                found.add(name)
                waiting += self.imports.get(name, ())
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


class Return:
    """Stands in for a spec's loader while a module comes back: there is nothing to execute."""

    def __init__(self, wardrobe, loader):
        self.wardrobe, self.loader = wardrobe, loader

    def exec_module(self, module):
        """Bring the module back, and leave no trace of this."""
        module.__spec__.loader = module.__loader__ = self.loader
        self.wardrobe.bring_back(module.__spec__.name)


class Recorder:
    """Watches while modules are loaded: what is imported during the execution of which."""

    def __init__(self, wardrobe):
        self.imports = wardrobe.imports
        self.known = set(sys.modules)
        self.original = builtins.__import__
        self.executing = []

    def __call__(self, name, globals=None, locals=None, fromlist=(), level=0):
        """Stand in for ``__import__``."""
        self._note_new()
        result = self.original(name, globals, locals, fromlist, level)
        if self.executing:
            base = name
            if level:
                package = globals.get("__package__") or globals["__name__"]
                base = ".".join(filter(None, [package.rsplit(".", level - 1)[0], name]))
            parts = base.split(".")
            names = [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
            names += [f"{base}.{item}" for item in fromlist or () if f"{base}.{item}" in sys.modules]
            self.imports[self.executing[-1]] += names
        return result

    def execute(self, original, arguments):
        """Stand in for ``exec_module``."""
        name = arguments[-1].__spec__.name
        self.known.add(name)
        if self.executing:
            self.imports[self.executing[-1]].append(name)
        self.imports[name] = []
        self.executing.append(name)
        try:
            original(*arguments)
            self._note_new()
        finally:
            self.executing.pop()

    def _note_new(self):
        """Note what a module has put into sys.modules by itself, as collections does with collections.abc."""
        if self.executing:
            new = [key for key in sys.modules if key not in self.known]
            self.known.update(new)
            self.imports[self.executing[-1]] += new

    def start(self):
        """Begin to watch; return a function that ends it."""
        originals = [(loader, loader.__dict__.get("exec_module")) for loader, _ in LOADERS]
        for loader, static in LOADERS:
            stand_in = self._stand_in(loader.exec_module)
            loader.exec_module = staticmethod(stand_in) if static else stand_in
        builtins.__import__ = self

        def stop():
            builtins.__import__ = self.original
            for loader, own in originals:
                if own is None:
                    del loader.exec_module
                else:
                    loader.exec_module = own

        return stop

    def _stand_in(self, execute):
        def exec_module(*arguments):
            self.execute(execute, arguments)

        return exec_module


def patch_loaders(wardrobe):
    """Let the loaders give back what was put aside.  No code of a program ever runs below a frame of ours."""

    def patch(loader, static):
        create = loader.create_module

        def create_module(*arguments):
            spec = arguments[-1]
            module = wardrobe.find(spec)
            if module is None:
                return create(*arguments)
            spec.loader = Return(wardrobe, spec.loader)
            return module

        loader.create_module = staticmethod(create_module) if static else create_module

    for loader, static in LOADERS:
        patch(loader, static)


def preload(wardrobe, common, wanted):
    """Import the modules and put them aside; a common one may be missing, a wanted one may not.

    Each wanted one by itself, with all others aside: compiled modules import past the recorder, which sees only what is new.
    """
    for names, optional in ((common, True), *(([name], False) for name in wanted)):
        stop = Recorder(wardrobe).start()
        try:
            for name in names:
                try:
                    __import__(name)
                except ImportError:
                    if not optional:
                        raise
        finally:
            stop()
        wardrobe.put_aside()
        if optional:
            patch_loaders(wardrobe)


class End:
    """The last exit handler: ends the process at once where the interpreter's own clean-up could not be noticed.

    That clean-up writes to every interned string, so in a fork it copies most of the memory, which takes longer than most
    programs.  It is left out only after a main program that came to its own end, with status 0, and left nothing behind
    that acts when it is taken apart; in every other case, and in every doubt, it takes place.
    """

    def __init__(self):
        self.known = set()
        # Not the streams themselves: what is printed while the interpreter cleans up is flushed when they die.
        self.streams = id(sys.stdout), id(sys.stderr)
        self.rehearses = False

    def __call__(self):
        """Flush and end, or return."""
        try:
            if self.is_plain():
                sys.stdout.flush()
                sys.stderr.flush()
                if self.rehearses:
                    os.kill(os.getpid(), STOP)  # to be looked at
                EXIT(0)
        except Exception:  # noqa: BLE001, S110  (whatever it is, the interpreter will meet it again and tell)
            pass

    def is_plain(self):
        """Tell whether nothing would come of the clean-up."""
        # The interpreter takes this name away again when the program's file has come to its end, not at a SystemExit.
        main = sys.modules["__main__"].__dict__  # never kept: nothing of the program would die while it is
        ended = main.get("__name__") == "__main__" and main.keys().isdisjoint(("__file__", "__cached__"))
        failed = any(hasattr(sys, name) for name in ("last_type", "last_value", "last_exc"))
        watched = sys.gettrace() or sys.getprofile() or gc.callbacks or gc.get_debug()
        replaced = self.streams != (id(sys.stdout), id(sys.stderr)) or sys.unraisablehook is not sys.__unraisablehook__
        if not ended or failed or watched or replaced or THREADS():
            return False
        foreign = sys.modules.keys() - self.known
        if "ctypes" in sys.modules or any(map(self._is_native, foreign)):
            return False
        return not self._has_successors()

    def _is_native(self, name):
        loader = getattr(getattr(sys.modules[name], "__spec__", None), "loader", None)
        return isinstance(loader, external.ExtensionFileLoader)

    def _has_successors(self):
        """Tell whether an object would run code, or write what it holds back, when it is taken apart."""
        objects = gc.get_objects()
        kinds = set(map(type, objects))
        for kind in kinds:
            if hasattr(kind, "__del__"):
                return True
            if issubclass(kind, type) and any("__del__" in each.__dict__ for each in objects if type(each) is kind):
                return True
            if issubclass(kind, REFERENCE) and any(_acts(each) for each in objects if type(each) is kind):
                return True
        return False


def _acts(reference):
    """Tell whether a weak reference calls code of the program."""
    callback = reference.__callback__
    if callback is None:
        return False
    code = getattr(getattr(callback, "__func__", callback), "__code__", None)
    if code is None:
        return getattr(callback, "__name__", "") != "_destroy"  # the one of the abstract base classes
    return not code.co_filename.startswith((os.path.dirname(os.__file__), "<frozen "))


def renew_main():
    """Put a new main module in the place of the frozen one: the collector must find what refers to itself through it."""
    old = sys.modules["__main__"]
    new = sys.modules["__main__"] = type(sys)("__main__")
    new.__dict__.clear()
    new.__dict__.update((name, {} if name == "__annotations__" else value) for name, value in old.__dict__.items())


def rehearse():
    """Run a program in a fork, as a slot would; return what memory it used (see used_pages), and None in the fork itself.

    A fork gets a page of its own when it first writes to it, which costs more than what is written.  Forks of one process
    that do the same write to the same pages, so each can have them before its request is there.
    """
    bystander = (
        fork_that_dies_with_us()
    )  # holds what this process writes to from now on: else that is taken for the fork's
    if bystander == 0:
        os.kill(os.getpid(), STOP)
    pid = fork_that_dies_with_us()
    if pid == 0:
        end.rehearses = True
        os.chdir(HERE)  # where its main.py is
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        return None
    stopped = os.WIFSTOPPED(os.waitpid(pid, os.WUNTRACED)[1])
    found = used_pages(pid) if stopped else []
    for fork in (pid, bystander) if stopped else (bystander,):
        os.kill(fork, KILL)
        os.waitpid(fork, 0)
    return found


def fork_that_dies_with_us():
    """Fork; one that is stopped would outlive this process for ever."""
    parent, pid = os.getpid(), os.fork()
    if pid == 0:
        api.prctl(DIE_WITH_PARENT, KILL)
        if os.getppid() != parent:
            os._exit(1)
    return pid


def used_pages(pid):
    """Return address, length and advice for each stretch of memory that a fork of this process has used."""
    found = []
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/pagemap", "rb", buffering=0) as pagemap:
        for line in maps:
            region, rights = line.split(None, 2)[:2]
            if rights[0] != "r" or rights[3] != "p":
                continue
            first, last = (int(address, 16) // PAGE for address in region.split("-"))
            entries = memoryview(os.pread(pagemap.fileno(), (last - first) * 8, first * 8)).cast("Q")
            # Bit 63: in memory.  61: as the file has it.  56: in no other process's.
            written = rights[1] == "w"
            mask, wanted = (1 << 63 | 1 << 61 | 1 << 56, 1 << 63 | 1 << 56) if written else (1 << 63 | 1 << 61,) * 2
            used = [number for number, entry in enumerate(entries, first) if entry & mask == wanted]
            found += [(number * PAGE, PAGE, POPULATE_WRITE if written else POPULATE_READ) for number in used]
    return list(joined(found))


def joined(pages):
    """Yield the pages, those that follow each other as one."""
    start = end = advice = None
    for address, length, wish in pages:
        if (address, wish) != (end, advice):
            if start is not None:
                yield start, end - start, advice
            start, advice = address, wish
        end = address + length
    if start is not None:
        yield start, end - start, advice


def renew(kept):
    """Give preloaded modules a state of this process's own, where a fork does not do so; ``random`` sees to itself."""
    if "numpy.random" in kept:
        kept["numpy.random"].seed()
    if "threading" in kept:
        kept["threading"]._main_thread._set_native_id()


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
end = End()
__import__("atexit").register(end)  # the first one, which is called last
COMMON = os.environ["WARM_MODULES"].split(",")
WANTED = [name for name in os.environ.get("WARM_MODULES_WANTED", "").split(",") if name]
if WANTED:  # a fork takes no thread along, and would wait for the others for ever
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
preload(wardrobe, ["ctypes", "gc", "time", *COMMON], WANTED)
ctypes, gc, time = (wardrobe.kept.get(name) or cold[name] for name in ("ctypes", "gc", "time"))
end.known = set(wardrobe.kept) | set(cold)
del cold
EXIT, THREADS, REFERENCE = os._exit, sys.modules["_thread"]._count, sys.modules["_weakref"].ref
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
pages = rehearse()
if pages is None:
    arguments = [os.fsencode(argument) for argument in sys.orig_argv]
    variables = [b"%s=%s" % item for item in os.environb.items()]
else:
    pages = [(ctypes.c_void_p(address), ctypes.c_size_t(length), advice) for address, length, advice in pages]
    advise = api.madvise
    api.PyOS_BeforeFork()
    core.runward_serve()
    for page in pages:
        advise(*page)
    api.PyOS_AfterFork_Child()
renew(wardrobe.kept)
renew_main()
if pages is not None:
    core.runward_await_request(*references)
    arguments, variables = strings(argv), strings(envp)
begin(arguments, variables)
if not host_has_one:
    raise ImportError("No module named 'sitecustomize'", name="sitecustomize")
