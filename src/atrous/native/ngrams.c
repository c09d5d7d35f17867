/* The maximum over time of convolutions over token vectors, read out of tables: what every token adds to a map at every
   place of the window. See atrous.lookup, which makes the tables and says what they are. */
#include "compiled.h"
#include <math.h>
#include <string.h>

#define LANES 16 /* maps are padded to a multiple of it */
#define MOST_WIDTHS 64
#define MOST_TAPS 256 /* so many times 127 fits 16 bits */
#define AHEAD 8 /* so many tokens before it is needed, what a token adds is asked for */

typedef float Floats __attribute__((vector_size(4 * LANES)));
typedef int32_t Whole __attribute__((vector_size(4 * LANES)));
typedef int8_t Bytes __attribute__((vector_size(LANES)));
typedef int16_t Shorts __attribute__((vector_size(2 * LANES)));

/* One width: how many tokens it reads, how many of them before its own step, and where its part of a token's row is. */
typedef struct {
    int64_t kernel, before, offset;
} Width;

typedef struct {
    const int32_t *ids;
    const int64_t *starts;
    const void *table;
    const float *scale, *bias; /* (widths, maps) each */
    float *out; /* (rows, widths, maps) */
    int64_t rows, maps, stride, size;
    int64_t widths;
    Width width[MOST_WIDTHS];
} Task;

/* The larger of two, lane by lane. */
#define LARGER(a, b, KIND, BITS) ((KIND)(((BITS)(a) & ((a) > (b))) | ((BITS)(b) & ~((a) > (b)))))

/* COUNT vectors of maps of one width, in every row. What a token adds at one place of the window is read once, so that
   all the time goes into waiting for it: it is asked for AHEAD tokens before, over the ends of rows too. */
#define SOME_MAPS(NAME, BEFORE, COUNT, NUMBER, VECTOR, BITS, READ, LEAST)                                              \
    BEFORE static inline void NAME##_##COUNT(const Task *task, const Width *width, int64_t map, int64_t own)           \
    {                                                                                                                  \
        const NUMBER *table = (const NUMBER *)task->table + width->offset + map;                                       \
        int64_t stride = task->stride, maps = task->maps, last = task->starts[task->rows];                             \
        for (int64_t row = 0; row < task->rows; row++) {                                                               \
            int64_t start = task->starts[row], length = task->starts[row + 1] - start;                                 \
            const int32_t *ids = task->ids + start;                                                                    \
            VECTOR most[COUNT];                                                                                        \
            for (int vector = 0; vector < COUNT; vector++) {                                                           \
                most[vector] = (VECTOR){0} + (LEAST);                                                                  \
            }                                                                                                          \
            for (int64_t step = 0; step < length; step++) {                                                            \
                int64_t first = step - width->before, next = step + width->kernel + AHEAD;                             \
                int64_t low = first < 0 ? -first : 0;                                                                  \
                int64_t high = first + width->kernel > length ? length - first : width->kernel;                        \
                VECTOR sum[COUNT] = {{0}};                                                                             \
                const NUMBER *after = table + (int64_t)ids[start + next < last ? next : 0] * stride;                   \
                for (int64_t tap = 0; tap < width->kernel; tap++) {                                                    \
                    for (size_t byte = 0; byte < COUNT * LANES * sizeof(NUMBER); byte += 64) {                         \
                        __builtin_prefetch((const char *)(after + tap * maps) + byte);                                 \
                    }                                                                                                  \
                }                                                                                                      \
                for (int64_t tap = low; tap < high; tap++) {                                                           \
                    const NUMBER *place = table + (int64_t)ids[first + tap] * stride + tap * maps;                     \
                    for (int vector = 0; vector < COUNT; vector++) {                                                   \
                        READ                                                                                           \
                        sum[vector] += value;                                                                          \
                    }                                                                                                  \
                }                                                                                                      \
                for (int vector = 0; vector < COUNT; vector++) {                                                       \
                    most[vector] = LARGER(sum[vector], most[vector], VECTOR, BITS);                                    \
                }                                                                                                      \
            }                                                                                                          \
            float *out = task->out + row * task->widths * maps;                                                        \
            for (int64_t lane = 0; lane < COUNT * LANES; lane++) {                                                     \
                float value = most[lane / LANES][lane % LANES] * task->scale[own + lane] + task->bias[own + lane];     \
                out[own + lane] = length && value > 0 ? value : 0;                                                     \
            }                                                                                                          \
        }                                                                                                              \
    }

/* Every map, as many together as there are, at most eight vectors of them. */
#define POOL(NAME, BEFORE, NUMBER, VECTOR, BITS, READ, LEAST)                                                          \
    SOME_MAPS(NAME, BEFORE, 1, NUMBER, VECTOR, BITS, READ, LEAST)                                                      \
    SOME_MAPS(NAME, BEFORE, 2, NUMBER, VECTOR, BITS, READ, LEAST)                                                      \
    SOME_MAPS(NAME, BEFORE, 3, NUMBER, VECTOR, BITS, READ, LEAST)                                                      \
    SOME_MAPS(NAME, BEFORE, 4, NUMBER, VECTOR, BITS, READ, LEAST)                                                      \
    SOME_MAPS(NAME, BEFORE, 5, NUMBER, VECTOR, BITS, READ, LEAST)                                                      \
    SOME_MAPS(NAME, BEFORE, 6, NUMBER, VECTOR, BITS, READ, LEAST)                                                      \
    SOME_MAPS(NAME, BEFORE, 7, NUMBER, VECTOR, BITS, READ, LEAST)                                                      \
    SOME_MAPS(NAME, BEFORE, 8, NUMBER, VECTOR, BITS, READ, LEAST)                                                      \
    BEFORE static void NAME(const Task *task)                                                                          \
    {                                                                                                                  \
        for (int64_t place = 0; place < task->widths; place++) {                                                       \
            for (int64_t map = 0, count = 0; map < task->maps; map += count * LANES) {                                 \
                const Width *width = &task->width[place];                                                              \
                int64_t own = place * task->maps + map, left = (task->maps - map) / LANES;                             \
                count = left < 8 ? left : 8;                                                                           \
                switch (count) {                                                                                       \
                case 1:                                                                                                \
                    NAME##_1(task, width, map, own);                                                                   \
                    break;                                                                                             \
                case 2:                                                                                                \
                    NAME##_2(task, width, map, own);                                                                   \
                    break;                                                                                             \
                case 3:                                                                                                \
                    NAME##_3(task, width, map, own);                                                                   \
                    break;                                                                                             \
                case 4:                                                                                                \
                    NAME##_4(task, width, map, own);                                                                   \
                    break;                                                                                             \
                case 5:                                                                                                \
                    NAME##_5(task, width, map, own);                                                                   \
                    break;                                                                                             \
                case 6:                                                                                                \
                    NAME##_6(task, width, map, own);                                                                   \
                    break;                                                                                             \
                case 7:                                                                                                \
                    NAME##_7(task, width, map, own);                                                                   \
                    break;                                                                                             \
                default:                                                                                               \
                    NAME##_8(task, width, map, own);                                                                   \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }

#define READ_FLOATS                                                                                                    \
    Floats value;                                                                                                      \
    memcpy(&value, place + LANES * vector, sizeof value);

#define READ_BYTES                                                                                                     \
    Bytes byte;                                                                                                        \
    memcpy(&byte, place + LANES * vector, sizeof byte);                                                                \
    Shorts value = __builtin_convertvector(byte, Shorts);

#define POOL_FLOATS(LEVEL, BEFORE) POOL(pool_floats_##LEVEL, BEFORE, float, Floats, Whole, READ_FLOATS, -INFINITY)
#define POOL_BYTES(LEVEL, BEFORE) POOL(pool_bytes_##LEVEL, BEFORE, int8_t, Shorts, Shorts, READ_BYTES, INT16_MIN)

FOR_EACH_PROCESSOR(POOL_FLOATS)
FOR_EACH_PROCESSOR(POOL_BYTES)

enum { IDS, STARTS, TABLE, SCALE, BIAS, OUT, VIEWS };

/* Fills in the task and checks every number that the loops trust; 0 and an exception if one is wrong. */
static int prepared(Task *task, PyObject *kernels, PyObject *befores, const Py_buffer *views)
{
    task->widths = PyTuple_GET_SIZE(kernels);
    if (task->widths < 1 || task->widths > MOST_WIDTHS || PyTuple_GET_SIZE(befores) != task->widths) {
        PyErr_Format(PyExc_ValueError, "expected 1 to %d kernels, and as many befores", MOST_WIDTHS);
        return 0;
    }
    if (task->maps < LANES || task->maps % LANES || task->maps > 1 << 20) {
        PyErr_Format(PyExc_ValueError, "expected maps to be a multiple of %d, got %lld", LANES, (long long)task->maps);
        return 0;
    }
    int64_t taps = 0;
    for (Py_ssize_t place = 0; place < task->widths; place++) {
        int64_t kernel = PyLong_AsLongLong(PyTuple_GET_ITEM(kernels, place));
        int64_t before = PyLong_AsLongLong(PyTuple_GET_ITEM(befores, place));
        if (PyErr_Occurred()) {
            return 0;
        }
        if (kernel < 1 || kernel > MOST_TAPS || before < 0 || before >= kernel) {
            PyErr_Format(PyExc_ValueError, "expected kernels from 1 to %d, and befores below them", MOST_TAPS);
            return 0;
        }
        task->width[place] = (Width){kernel, before, taps * task->maps};
        taps += kernel;
    }
    task->stride = taps * task->maps;
    int64_t numbers = views[TABLE].len / views[TABLE].itemsize;
    task->size = numbers / task->stride;
    if (task->size * task->stride != numbers) {
        PyErr_SetString(PyExc_ValueError, "table needs sum(kernels) * maps numbers for every id");
        return 0;
    }
    int64_t each = task->widths * task->maps * (int64_t)sizeof(float);
    task->rows = views[STARTS].len / (Py_ssize_t)sizeof(int64_t) - 1;
    if (task->rows < 0) {
        PyErr_SetString(PyExc_ValueError, "starts needs one number more than there are rows");
        return 0;
    }
    if (views[SCALE].len != each || views[BIAS].len != each || views[OUT].len != task->rows * each) {
        PyErr_SetString(PyExc_ValueError, "scale and bias need (widths, maps) numbers, and out as many for every row");
        return 0;
    }
    int64_t count = views[IDS].len / (Py_ssize_t)sizeof(int32_t);
    const int32_t *ids = task->ids = views[IDS].buf;
    const int64_t *starts = task->starts = views[STARTS].buf;
    for (int64_t row = 0; row <= task->rows; row++) {
        if (starts[row] < (row ? starts[row - 1] : 0) || starts[row] > count) {
            PyErr_Format(PyExc_ValueError, "starts needs numbers from 0 to %lld that never fall", (long long)count);
            return 0;
        }
    }
    for (int64_t place = starts[0]; place < starts[task->rows]; place++) {
        if (ids[place] < 0 || ids[place] >= task->size) {
            PyErr_Format(PyExc_ValueError, "%d is no id of this table, which has %lld", (int)ids[place],
                         (long long)task->size);
            return 0;
        }
    }
    task->table = views[TABLE].buf;
    task->scale = views[SCALE].buf;
    task->bias = views[BIAS].buf;
    task->out = views[OUT].buf;
    return 1;
}

PyObject *pool_ngrams(PyObject *Py_UNUSED(module), PyObject *args)
{
    static const char *const names[VIEWS] = {"ids", "starts", "table", "scale", "bias", "out"};
    static const Py_ssize_t items[VIEWS] = {4, 8, 0, 4, 4, 4};
    PyObject *given[VIEWS], *kernels, *befores;
    Py_buffer views[VIEWS];
    Task task = {0};
    long long maps;
    if (!PyArg_ParseTuple(args, "OOOOOOO!O!L", &given[IDS], &given[STARTS], &given[TABLE], &given[SCALE], &given[BIAS],
                          &given[OUT], &PyTuple_Type, &kernels, &PyTuple_Type, &befores, &maps)) {
        return NULL;
    }
    task.maps = maps;
    if (!views_of(VIEWS, given, views, names, items, OUT)) {
        return NULL;
    }
    int done = 0;
    Py_ssize_t item = views[TABLE].itemsize;
    if (item != 4 && item != 1) {
        PyErr_Format(PyExc_ValueError, "table needs items of 4 bytes or of 1, got %zd", item);
    } else {
        done = prepared(&task, kernels, befores, views);
    }
    if (done) {
        Py_BEGIN_ALLOW_THREADS;
        item == 1 ? CHOSEN(pool_bytes)(&task) : CHOSEN(pool_floats)(&task);
        Py_END_ALLOW_THREADS;
    }
    release(VIEWS, views);
    if (!done) {
        return NULL;
    }
    Py_RETURN_NONE;
}
