/* The extension: see atrous.native for what it gives, and for what is used where it is not there. */
#include "compiled.h"

int processor_level;
static int found_level;

static void processor_ready(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    int wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    found_level = wide ? 2 : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    processor_level = found_level;
}

static PyObject *processor(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(args))
{
    static const char *const names[] = {"plain", "AVX2", "AVX-512"};
    return PyUnicode_FromString(names[processor_level]);
}

static PyObject *limit(PyObject *Py_UNUSED(module), PyObject *most)
{
    long level = PyLong_AsLong(most);
    if (level < 0) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_ValueError, "limit needs a level from 0, got %ld", level);
        }
        return NULL;
    }
    processor_level = level < found_level ? (int)level : found_level;
    return PyLong_FromLong(processor_level);
}

PyDoc_STRVAR(limit_doc,
             "limit(most)\n--\n\n"
             "Use instructions of no higher level from now on: 0 those of every processor of this kind, 1 AVX2, 2 AVX-512.\n\n"
             "Gives the level that is used: what this processor does not have stays away. For tests of every level on one\n"
             "machine.");
PyDoc_STRVAR(processor_doc, "processor()\n--\n\nThe instructions that are used here, by name.");
PyDoc_STRVAR(pool_doc,
             "pool_ngrams(ids, starts, table, scale, bias, out, kernels, befores, lanes)\n--\n\n"
             "Fill out, (rows, widths, maps), with the rectified maximum over time of every convolution.\n\n"
             "ids, starts: of 4 and of 8 bytes; row r is ids[starts[r]:starts[r + 1]]. table: floats or signed\n"
             "bytes, what a token adds at each place of a window: of every width in turn, every block of `lanes` maps,\n"
             "(ids, kernel, lanes); 16 lanes or more, of bytes 32. A map is the largest sum times scale plus bias, (widths,\n"
             "maps) each. befores: of each width, how many tokens before its own step it reads. A row without a token\n"
             "gives zeros.\n\n"
             "Raises ValueError for buffers that do not fit each other, and for an id that the table does not have.");

PyDoc_STRVAR(place_doc,
             "place_steps(x, real, out, rows, steps, later, left, of_out, threads)\n--\n\n"
             "Copy rows of steps to `left` steps later in rows of `later` steps; zeros where nothing real comes.\n\n"
             "x: (rows, steps, ...); out: (rows, later, ...), of numbers of any one kind. real: bytes, 0 where a step of\n"
             "x is none, or where one of out is to be none, if of_out; empty: all are. left: below 0, the first steps are\n"
             "dropped. threads: at most so many are used.\n\n"
             "Raises ValueError for buffers that do not fit each other, or hold nothing.");
PyDoc_STRVAR(relu_dropout_doc,
             "relu_dropout(x, out, dropped, seed, threads)\n--\n\n"
             "Fill out with x where it is above 0 and kept, scaled so that the expectation stays; else with 0.\n\n"
             "x, out: numbers of 4 bytes (float32) or of 2 (bfloat16). dropped: of 65,536 numbers so many, on average.\n"
             "The same seed drops the same numbers, in any number of threads.\n\n"
             "Raises ValueError for buffers that do not fit each other.");
PyDoc_STRVAR(relu_dropout_gradient_doc,
             "relu_dropout_gradient(y, gradient, out, dropped, threads)\n--\n\n"
             "Fill out with the gradient of what relu_dropout was given, y being what it gave, gradient that of y.\n\n"
             "Raises ValueError for buffers that do not fit each other.");
PyDoc_STRVAR(relu_times_doc,
             "relu_times(x, gradient, factors, out, channels, threads)\n--\n\n"
             "Fill out with x times its factor where it is above 0 and the factor is not 0; else with 0.\n\n"
             "x, out: (rows, steps, channels), numbers of 4 bytes or of 2 as above. factors: float32, (rows, channels).\n"
             "gradient: None, or that of what was given; then x is what was given, and out the gradient of x.\n\n"
             "Raises ValueError for buffers that do not fit each other.");

static PyMethodDef methods[] = {
    {"limit", limit, METH_O, limit_doc},
    {"processor", processor, METH_NOARGS, processor_doc},
    {"pool_ngrams", pool_ngrams, METH_VARARGS, pool_doc},
    {"place_steps", place_steps, METH_VARARGS, place_doc},
    {"relu_dropout", relu_dropout, METH_VARARGS, relu_dropout_doc},
    {"relu_dropout_gradient", relu_dropout_gradient, METH_VARARGS, relu_dropout_gradient_doc},
    {"relu_times", relu_times, METH_VARARGS, relu_times_doc},
    {NULL, NULL, 0, NULL},
};

static int added(PyObject *module, const char *name, PyType_Spec *spec)
{
    PyObject *type = PyType_FromModuleAndSpec(module, spec, NULL);
    int failed = !type || PyModule_AddObjectRef(module, name, type) < 0;
    Py_XDECREF(type);
    return failed ? -1 : 0;
}

static int filled(PyObject *module)
{
    processor_ready();
    words_ready();
    return added(module, "Words", &words_spec) < 0 || added(module, "Cutter", &cutter_spec) < 0 ? -1 : 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, filled},
    {0, NULL},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "atrous.native._compiled",
    .m_doc = "Compiled kernels.",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__compiled(void) { return PyModuleDef_Init(&definition); }
