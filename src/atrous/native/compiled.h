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

extern int processor_level; /* 0, or more where there is more than the least */

void words_ready(void); /* once, before anything else of words.c */
extern PyType_Spec words_spec;

PyObject *pool_ngrams(PyObject *module, PyObject *args);

#endif
