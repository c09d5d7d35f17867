/* What every kernel needs of Python and of the machine: checked views of its arguments, and threads. */
#include "compiled.h"

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#define HAS_THREADS 1
#endif

int view_of(PyObject *object, Py_buffer *view, const char *name, Py_ssize_t item, int writable)
{
    if (PyObject_GetBuffer(object, view, writable ? PyBUF_CONTIG : PyBUF_CONTIG_RO) < 0) {
        return 0;
    }
    if (item && view->itemsize != item) {
        PyErr_Format(PyExc_ValueError, "%s needs items of %zd bytes, got %zd", name, item, view->itemsize);
        PyBuffer_Release(view);
        return 0;
    }
    return 1;
}

int views_of(Py_ssize_t count, PyObject *const *objects, Py_buffer *views, const char *const *names,
             const Py_ssize_t *items, Py_ssize_t out)
{
    for (Py_ssize_t open = 0; open < count; open++) {
        if (!view_of(objects[open], &views[open], names[open], items[open], open == out)) {
            release(open, views);
            return 0;
        }
    }
    return 1;
}

void release(Py_ssize_t count, Py_buffer *views)
{
    while (count) {
        PyBuffer_Release(&views[--count]);
    }
}

#ifdef HAS_THREADS
typedef struct {
    Work work;
    const void *task;
    int64_t first, end;
} Part;

static void *run_part(void *given)
{
    const Part *part = given;
    part->work(part->task, part->first, part->end);
    return NULL;
}
#endif

/* Threads are started for the call and end with it: nothing is left that a fork of the process could lose. */
void in_threads(Work work, const void *task, int64_t count, int64_t threads)
{
#ifdef HAS_THREADS
    Part parts[MOST_THREADS];
    pthread_t others[MOST_THREADS];
    int64_t each, started = 0;
    threads = threads > MOST_THREADS ? MOST_THREADS : threads;
    threads = threads > count ? count : threads;
    if (threads > 1) {
        each = (count + threads - 1) / threads;
        int64_t rest = each; /* of the first part, which is this thread's own */
        for (; rest < count; rest += each, started++) {
            parts[started] = (Part){work, task, rest, rest + each < count ? rest + each : count};
            if (pthread_create(&others[started], NULL, run_part, &parts[started])) {
                break; /* no more threads are to be had: what is left is done here */
            }
        }
        work(task, 0, each);
        if (rest < count) {
            work(task, rest, count);
        }
        while (started) {
            pthread_join(others[--started], NULL);
        }
        return;
    }
#else
    (void)threads;
#endif
    work(task, 0, count);
}
