/* What the files of this extension share. */
#ifndef ATROUS_COMPILED_H
#define ATROUS_COMPILED_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

/* Several versions of one function, one of which is chosen when the extension is loaded: what is shipped runs on every
   processor of its kind, and uses what it finds. MAKE is a macro of a name and of what stands before the function. */
#if defined(__x86_64__) && defined(__GNUC__)
#define FOR_EACH_PROCESSOR(MAKE)                                                                                       \
    MAKE(avx512, __attribute__((target("avx512f,avx512bw,avx512vl"))))                                                 \
    MAKE(avx2, __attribute__((target("avx2,fma"))))                                                                    \
    MAKE(plain, )
#define CHOSEN(name) (processor_level == 2 ? name##_avx512 : processor_level == 1 ? name##_avx2 : name##_plain)
#else
#define FOR_EACH_PROCESSOR(MAKE) MAKE(plain, )
#define CHOSEN(name) name##_plain
#endif

/* Bytes of a vector at every level. Of wider ones than the processor has, gcc compares lane by lane: many times slower. */
enum { WIDE_avx512 = 64, WIDE_avx2 = 32, WIDE_plain = 16 };

#define VECTORS(LEVEL, BEFORE)                                                                                         \
    typedef float Floats_##LEVEL __attribute__((vector_size(WIDE_##LEVEL)));                                           \
    typedef int32_t Signed_##LEVEL __attribute__((vector_size(WIDE_##LEVEL)));                                         \
    typedef uint32_t Whole_##LEVEL __attribute__((vector_size(WIDE_##LEVEL)));                                         \
    typedef int16_t Shorts_##LEVEL __attribute__((vector_size(WIDE_##LEVEL)));                                         \
    typedef uint16_t Halves_##LEVEL __attribute__((vector_size(WIDE_##LEVEL / 2)));                                    \
    typedef int8_t Bytes_##LEVEL __attribute__((vector_size(WIDE_##LEVEL / 2)));
FOR_EACH_PROCESSOR(VECTORS)

extern int processor_level; /* 0, or more where there is more than the least */

void words_ready(void); /* once, before anything else of words.c */
extern PyType_Spec words_spec, cutter_spec;

PyObject *pool_ngrams(PyObject *module, PyObject *args);
PyObject *place_steps(PyObject *module, PyObject *args);
PyObject *relu_dropout(PyObject *module, PyObject *args);
PyObject *relu_dropout_gradient(PyObject *module, PyObject *args);
PyObject *relu_times(PyObject *module, PyObject *args);

/* A view of an argument: items of so many bytes (0: of any), one after the other. On failure an exception is set, and 0
   given. Whoever gets 1 must call PyBuffer_Release, or release. */
int view_of(PyObject *object, Py_buffer *view, const char *name, Py_ssize_t item, int writable);

/* The same of several, of which the one at `out` is written; all of them, or none. */
int views_of(Py_ssize_t count, PyObject *const *objects, Py_buffer *views, const char *const *names,
             const Py_ssize_t *items, Py_ssize_t out);
void release(Py_ssize_t count, Py_buffer *views);

/* Parts of a task, first ... end - 1 of `count`, in several threads where there are any. */
typedef void (*Work)(const void *task, int64_t first, int64_t end);
void in_threads(Work work, const void *task, int64_t count, int64_t threads);

#define MOST_THREADS 64
#ifndef WORTH_A_THREAD
#define WORTH_A_THREAD (1 << 19) /* bytes; it takes longer to start one than to go through fewer */
#endif

#endif
