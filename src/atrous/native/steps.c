/* Rows of steps, each a number of bytes, copied to another place in time; what is not real comes out as zeros. */
#include "compiled.h"
#include <string.h>

typedef struct {
    const char *x;
    const uint8_t *real; /* (rows, steps), or (rows, later) if it tells of out; NULL: all are */
    char *out;
    int64_t steps, later, step, left; /* steps before and after, bytes of one, steps that it moves by */
    int of_out;
} Placing;

/* Rows first ... end - 1. Runs of real steps are copied whole. */
static void place(const void *given, int64_t first, int64_t end)
{
    const Placing *task = given;
    int64_t from = task->left < 0 ? -task->left : 0; /* the first step of x that has a place */
    int64_t last = task->later - task->left < task->steps ? task->later - task->left : task->steps;
    for (int64_t row = first; row < end; row++) {
        const char *x = task->x + row * task->steps * task->step;
        char *out = task->out + row * task->later * task->step;
        const uint8_t *real = task->real ? task->real + row * (task->of_out ? task->later : task->steps) : NULL;
        int64_t shift = task->of_out ? task->left : 0;
        int64_t done = 0; /* steps of out that are filled */
        for (int64_t step = from; step < last;) {
            if (real && !real[step + shift]) {
                step++;
                continue;
            }
            int64_t run = step + 1;
            if (real) {
                while (run < last && real[run + shift]) {
                    run++;
                }
            } else {
                run = last;
            }
            int64_t to = step + task->left;
            memset(out + done * task->step, 0, (size_t)((to - done) * task->step));
            memcpy(out + to * task->step, x + step * task->step, (size_t)((run - step) * task->step));
            done = run + task->left;
            step = run;
        }
        memset(out + done * task->step, 0, (size_t)((task->later - done) * task->step));
    }
}

enum { X, REAL, OUT, VIEWS };

PyObject *place_steps(PyObject *Py_UNUSED(module), PyObject *args)
{
    static const char *const names[VIEWS] = {"x", "real", "out"};
    static const Py_ssize_t items[VIEWS] = {0, 1, 0};
    PyObject *given[VIEWS];
    Py_buffer views[VIEWS];
    long long rows, steps, later, left, threads;
    int of_out;
    if (!PyArg_ParseTuple(args, "OOOLLLLpL", &given[X], &given[REAL], &given[OUT], &rows, &steps, &later, &left, &of_out,
                          &threads)) {
        return NULL;
    }
    if (!views_of(VIEWS, given, views, names, items, OUT)) {
        return NULL;
    }
    int64_t most = (int64_t)1 << 40;
    int64_t step = rows > 0 && steps > 0 && rows < most && steps < most / rows ? views[X].len / (rows * steps) : 0;
    int fits = step > 0 && later > 0 && later < most / rows && left > -most && left < most &&
               step < most / (rows * later) && views[X].len == rows * steps * step &&
               views[OUT].len == rows * later * step &&
               (views[REAL].len == 0 || views[REAL].len == rows * (of_out ? later : steps));
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "x and out need (rows, steps, ...) and (rows, later, ...) numbers of one kind, "
                                          "and real a byte for each step of one of them, or none");
    } else {
        Placing task = {views[X].buf, views[REAL].len ? views[REAL].buf : NULL, views[OUT].buf, steps, later, step, left,
                        of_out};
        Py_BEGIN_ALLOW_THREADS;
        in_threads(place, &task, rows, views[OUT].len < WORTH_A_THREAD ? 1 : threads);
        Py_END_ALLOW_THREADS;
    }
    release(VIEWS, views);
    if (!fits) {
        return NULL;
    }
    Py_RETURN_NONE;
}
