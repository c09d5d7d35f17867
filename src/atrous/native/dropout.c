/* ReLU and dropout, of numbers or of channels, in one pass over float32 or bfloat16; the gradient of both in another. */
#include "compiled.h"
#include <string.h>

#define STREAMS 16 /* of random numbers, beside each other, at every level: the same seed drops the same everywhere */
#define BLOCK ((int64_t)1 << 14) /* numbers that share those streams, so that threads change nothing */

typedef struct {
    const void *x, *gradient; /* of the backward pass x is what the forward pass gave */
    void *out;
    int64_t count;
    uint64_t seed;
    uint32_t threshold; /* of 2^16 numbers so many are dropped */
    float scale;
    const float *factors; /* (rows, channels), instead of the three above */
    int64_t steps, channels;
} Dropping;

/* Chris Doty-Humphrey's "small fast counting" generator of PractRand, in every lane one. */
#define NEXT(LEVEL, stream, value)                                                                                     \
    Whole_##LEVEL value = (stream).a + (stream).b + (stream).counter;                                                  \
    (stream).counter += 1;                                                                                             \
    (stream).a = (stream).b ^ ((stream).b >> 9);                                                                       \
    (stream).b = (stream).c + ((stream).c << 3);                                                                       \
    (stream).c = (((stream).c << 21) | ((stream).c >> 11)) + value;

#define READ_float(LEVEL, from, to) memcpy(&to, from, sizeof to);
#define WRITE_float(LEVEL, from, to) memcpy(to, &from, sizeof from);

/* bfloat16 is the upper half of a float; rounded to the nearest, half to even, and what is no number stays none. */
#define READ_half(LEVEL, from, to)                                                                                     \
    {                                                                                                                  \
        Halves_##LEVEL half;                                                                                           \
        memcpy(&half, from, sizeof half);                                                                              \
        Whole_##LEVEL whole = __builtin_convertvector(half, Whole_##LEVEL) << 16;                                      \
        memcpy(&to, &whole, sizeof to);                                                                                \
    }
#define WRITE_half(LEVEL, from, to)                                                                                    \
    {                                                                                                                  \
        Whole_##LEVEL whole;                                                                                           \
        memcpy(&whole, &from, sizeof whole);                                                                           \
        Whole_##LEVEL none = (Whole_##LEVEL)(from != from);                                                            \
        whole = (((whole + 0x7fff + ((whole >> 16) & 1)) & ~none) | ((whole | 0x400000) & none)) >> 16;                \
        Halves_##LEVEL half = __builtin_convertvector(whole, Halves_##LEVEL);                                          \
        memcpy(to, &half, sizeof half);                                                                                \
    }

/* LANES numbers from `at` on: times the factor where `KEPT`, else 0; before `end` fewer than there are lanes. */
#define SOME(LEVEL, KIND, NUMBER, FACTOR, KEPT)                                                                        \
    {                                                                                                                  \
        int64_t left = end - at;                                                                                       \
        NUMBER some[LANES] = {0}, more[LANES] = {0};                                                                   \
        const NUMBER *from = x + at, *grown = gradient ? gradient + at : NULL;                                         \
        NUMBER *to = out + at;                                                                                         \
        if (left < LANES) {                                                                                            \
            memcpy(some, from, (size_t)left * sizeof(NUMBER));                                                         \
            from = some;                                                                                               \
            to = some;                                                                                                 \
            if (grown) {                                                                                               \
                memcpy(more, grown, (size_t)left * sizeof(NUMBER));                                                    \
                grown = more;                                                                                          \
            }                                                                                                          \
        }                                                                                                              \
        Floats_##LEVEL value, given;                                                                                   \
        READ_##KIND(LEVEL, from, value);                                                                               \
        if (grown) {                                                                                                   \
            READ_##KIND(LEVEL, grown, given);                                                                          \
        } else {                                                                                                       \
            given = value;                                                                                             \
        }                                                                                                              \
        Floats_##LEVEL all = given * FACTOR;                                                                           \
        Signed_##LEVEL bits;                                                                                           \
        memcpy(&bits, &all, sizeof bits);                                                                              \
        bits &= ~(value <= 0) & (KEPT);                                                                                \
        memcpy(&all, &bits, sizeof bits);                                                                              \
        WRITE_##KIND(LEVEL, all, to);                                                                                  \
        if (left < LANES) {                                                                                            \
            memcpy(out + at, some, (size_t)left * sizeof(NUMBER));                                                     \
        }                                                                                                              \
    }

#define DROP(LEVEL, BEFORE, KIND, NUMBER)                                                                              \
    BEFORE static void drop_##KIND##_##LEVEL(const void *given, int64_t first, int64_t last)                           \
    {                                                                                                                  \
        enum { LANES = WIDE_##LEVEL / 4, PARTS = STREAMS / LANES };                                                    \
        const Dropping *task = given;                                                                                  \
        const NUMBER *x = task->x, *gradient = task->gradient;                                                         \
        NUMBER *out = task->out;                                                                                       \
        for (int64_t block = first; block < last; block++) {                                                           \
            int64_t at = block * BLOCK, end = at + BLOCK < task->count ? at + BLOCK : task->count;                     \
            if (gradient) {                                                                                            \
                for (; at < end; at += LANES) {                                                                        \
                    SOME(LEVEL, KIND, NUMBER, task->scale, ~(Signed_##LEVEL){0})                                       \
                }                                                                                                      \
                continue;                                                                                              \
            }                                                                                                          \
            struct {                                                                                                   \
                Whole_##LEVEL a, b, c, counter;                                                                        \
            } streams[PARTS];                                                                                          \
            for (int part = 0; part < PARTS; part++) {                                                                 \
                streams[part].a = (Whole_##LEVEL){0} + (uint32_t)task->seed;                                           \
                streams[part].b = (Whole_##LEVEL){0} + (uint32_t)(task->seed >> 32);                                   \
                uint32_t own[LANES];                                                                                   \
                for (int lane = 0; lane < LANES; lane++) {                                                             \
                    own[lane] = (uint32_t)(block * STREAMS + part * LANES + lane);                                     \
                }                                                                                                      \
                memcpy(&streams[part].c, own, sizeof own);                                                             \
                streams[part].counter = (Whole_##LEVEL){0} + 1;                                                        \
                for (int warming = 0; warming < 16; warming++) {                                                       \
                    NEXT(LEVEL, streams[part], unused)                                                                 \
                    (void)unused;                                                                                      \
                }                                                                                                      \
            }                                                                                                          \
            while (at < end) {                                                                                         \
                Whole_##LEVEL both[PARTS]; /* 16 bits for a number now, and 16 for one STREAMS later */                \
                for (int part = 0; part < PARTS && at < end; part++, at += LANES) {                                    \
                    NEXT(LEVEL, streams[part], random)                                                                 \
                    both[part] = random;                                                                               \
                    SOME(LEVEL, KIND, NUMBER, task->scale, (Signed_##LEVEL)((random & 0xffff) >= task->threshold))     \
                }                                                                                                      \
                for (int part = 0; part < PARTS && at < end; part++, at += LANES) {                                    \
                    SOME(LEVEL, KIND, NUMBER, task->scale, (Signed_##LEVEL)((both[part] >> 16) >= task->threshold))    \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }

/* Rows first ... last - 1, every channel of a row times a factor of its own. */
#define TIMES(LEVEL, BEFORE, KIND, NUMBER)                                                                             \
    BEFORE static void times_##KIND##_##LEVEL(const void *given, int64_t first, int64_t last)                          \
    {                                                                                                                  \
        enum { LANES = WIDE_##LEVEL / 4 };                                                                             \
        const Dropping *task = given;                                                                                  \
        const NUMBER *x = task->x, *gradient = task->gradient;                                                         \
        NUMBER *out = task->out;                                                                                       \
        for (int64_t step = first * task->steps; step < last * task->steps; step++) {                                  \
            const float *factors = task->factors + step / task->steps * task->channels;                                \
            int64_t start = step * task->channels, end = start + task->channels;                                       \
            for (int64_t at = start; at < end; at += LANES) {                                                          \
                Floats_##LEVEL factor = {0};                                                                           \
                memcpy(&factor, factors + at - start, (size_t)(end - at < LANES ? end - at : LANES) * sizeof(float));  \
                SOME(LEVEL, KIND, NUMBER, factor, (Signed_##LEVEL)(factor != 0))                                       \
            }                                                                                                          \
        }                                                                                                              \
    }

#define DROP_FLOATS(LEVEL, BEFORE) DROP(LEVEL, BEFORE, float, float) TIMES(LEVEL, BEFORE, float, float)
#define DROP_HALVES(LEVEL, BEFORE) DROP(LEVEL, BEFORE, half, uint16_t) TIMES(LEVEL, BEFORE, half, uint16_t)

FOR_EACH_PROCESSOR(DROP_FLOATS)
FOR_EACH_PROCESSOR(DROP_HALVES)

enum { X, GRADIENT, OUT, FACTORS, VIEWS };

/* Of both passes and both kinds: without a gradient it is the forward pass, without factors numbers are dropped. */
static PyObject *drop(PyObject *x, PyObject *gradient, PyObject *out, PyObject *factors, Dropping task, long long threads)
{
    static const char *const names[VIEWS] = {"x", "gradient", "out", "factors"};
    static const Py_ssize_t items[VIEWS] = {0, 0, 0, 4};
    PyObject *given[VIEWS] = {x, gradient ? gradient : x, out, factors};
    Py_buffer views[VIEWS];
    Py_ssize_t open = factors ? VIEWS : FACTORS;
    if (!views_of(open, given, views, names, items, OUT)) {
        return NULL;
    }
    Py_ssize_t item = views[X].itemsize;
    int fits = (item == 4 || item == 2) && views[OUT].itemsize == item && views[GRADIENT].itemsize == item &&
               views[OUT].len == views[X].len && views[GRADIENT].len == views[X].len;
    task.count = fits ? views[X].len / item : 0;
    int64_t blocks = (task.count + BLOCK - 1) / BLOCK;
    if (fits && factors) {
        int64_t each = views[FACTORS].len / 4; /* rows times channels */
        blocks = task.channels > 0 ? each / task.channels : 0;
        fits = blocks > 0 && each == blocks * task.channels && task.count % each == 0;
        task.steps = fits ? task.count / each : 0;
        task.factors = views[FACTORS].buf;
    }
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "expected as many numbers everywhere, all of 4 bytes or all of 2, and factors of "
                                          "(rows, channels) for (rows, steps, channels)");
    } else {
        task.x = views[X].buf;
        task.gradient = gradient ? views[GRADIENT].buf : NULL;
        task.out = views[OUT].buf;
        Work numbers = item == 4 ? CHOSEN(drop_float) : CHOSEN(drop_half);
        Work channels = item == 4 ? CHOSEN(times_float) : CHOSEN(times_half);
        Py_BEGIN_ALLOW_THREADS;
        in_threads(factors ? channels : numbers, &task, blocks, views[X].len < WORTH_A_THREAD ? 1 : threads);
        Py_END_ALLOW_THREADS;
    }
    release(open, views);
    if (!fits) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* What to do with so many of 65,536 dropped; 0 and an exception if they are not so many. */
static int dropping(long long dropped, unsigned long long seed, Dropping *task)
{
    if (dropped < 0 || dropped > 65535) {
        PyErr_SetString(PyExc_ValueError, "expected to drop 0 to 65,535 of 65,536 numbers");
        return 0;
    }
    *task = (Dropping){.seed = seed, .threshold = (uint32_t)dropped, .scale = 65536.0f / (float)(65536 - dropped)};
    return 1;
}

PyObject *relu_dropout(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *x, *out;
    unsigned long long seed;
    long long dropped, threads;
    Dropping task;
    if (!PyArg_ParseTuple(args, "OOLKL", &x, &out, &dropped, &seed, &threads) || !dropping(dropped, seed, &task)) {
        return NULL;
    }
    return drop(x, NULL, out, NULL, task, threads);
}

PyObject *relu_dropout_gradient(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *y, *gradient, *out;
    long long dropped, threads;
    Dropping task;
    if (!PyArg_ParseTuple(args, "OOOLL", &y, &gradient, &out, &dropped, &threads) || !dropping(dropped, 0, &task)) {
        return NULL;
    }
    return drop(y, gradient, out, NULL, task, threads);
}

PyObject *relu_times(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *x, *gradient, *factors, *out;
    long long channels, threads;
    if (!PyArg_ParseTuple(args, "OOOOLL", &x, &gradient, &factors, &out, &channels, &threads)) {
        return NULL;
    }
    return drop(x, gradient == Py_None ? NULL : gradient, out, factors, (Dropping){.channels = channels}, threads);
}
