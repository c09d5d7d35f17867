/* The maximum over time of convolutions over token vectors, read out of tables: what every token adds to a map at every
   place of the window. See atrous.answering.tabled, which makes the tables and says what they
   are. */
#include "compiled.h"
#include <math.h>
#include <string.h>
#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

#define MOST_WIDTHS 64
#define MOST_TAPS 256 /* so many times 127 fits 16 bits */
#define LEAST_FLOATS 16 /* lanes of a block: as many as the widest vector has */
#define LEAST_BYTES 32
#define TOGETHER 8 /* vectors of one pass: their sums and maxima stay in registers */
#define AHEAD 8 /* so many tokens before it is needed, what a token adds is asked for */

/* One width: how many tokens it reads, and how many of them before its own step. */
typedef struct {
    int64_t kernel, before;
} Width;

typedef struct {
    const int32_t *ids;
    const int64_t *starts;
    const void *table; /* of every width, every block of maps: (ids, kernel, lanes) */
    const float *scale, *bias; /* (widths, maps) each */
    float *out; /* (rows, widths, maps) */
    int64_t rows, maps, lanes, size, widths;
    Width width[MOST_WIDTHS];
} Task;

#define LANES_Floats(LEVEL) (WIDE_##LEVEL / 4)
#define LANES_Shorts(LEVEL) (WIDE_##LEVEL / 2)

#define READ_Floats(LEVEL)                                                                                             \
    Floats_##LEVEL value;                                                                                              \
    memcpy(&value, numbers, sizeof value);

#define READ_Shorts(LEVEL)                                                                                             \
    Bytes_##LEVEL byte;                                                                                                \
    memcpy(&byte, numbers, sizeof byte);                                                                               \
    Shorts_##LEVEL value = WIDENED_##LEVEL(byte);

#define WIDENED_plain(byte) __builtin_convertvector(byte, Shorts_plain)
#define WIDENED_avx2(byte) __builtin_convertvector(byte, Shorts_avx2)
/* One instruction, of which gcc 12 would make five. */
#define WIDENED_avx512(byte) ((Shorts_avx512)_mm512_cvtepi8_epi16((__m256i)(byte)))

/* The larger of two, lane by lane. */
#define LARGER(a, b, KIND, BITS) ((KIND)(((BITS)(a) & ((a) > (b))) | ((BITS)(b) & ~((a) > (b)))))
#define LARGER_Floats(LEVEL, a, b) LARGER(a, b, Floats_##LEVEL, Signed_##LEVEL)
#define LARGER_Shorts(LEVEL, a, b) LARGER(a, b, Shorts_##LEVEL, Shorts_##LEVEL)

/* COUNT vectors of one block of maps, in every row. What a token adds at one place of the window is read once, so that
   all the time goes into waiting for it: it is asked for AHEAD tokens before, over the ends of rows too. A block is
   small, so that what frequent tokens add stays near. Where lanes are no multiple of a vector, the last one begins
   earlier: `last` says where. */
#define SOME_MAPS(COUNT, NAME, LEVEL, BEFORE, NUMBER, VECTOR, LEAST)                                                   \
    BEFORE static void NAME##_##COUNT##_##LEVEL(const Task *task, const Width *width, const void *block,               \
                                                int64_t from, int64_t last, int64_t own)                               \
    {                                                                                                                  \
        enum { LANES = LANES_##VECTOR(LEVEL) };                                                                        \
        const NUMBER *table = block;                                                                                   \
        int64_t lanes = task->lanes, stride = width->kernel * lanes, end = task->starts[task->rows];                   \
        for (int64_t row = 0; row < task->rows; row++) {                                                               \
            int64_t start = task->starts[row], length = task->starts[row + 1] - start;                                 \
            const int32_t *ids = task->ids + start;                                                                    \
            VECTOR##_##LEVEL most[COUNT];                                                                              \
            for (int vector = 0; vector < COUNT; vector++) {                                                           \
                most[vector] = (VECTOR##_##LEVEL){0} + (LEAST);                                                        \
            }                                                                                                          \
            for (int64_t step = 0; step < length; step++) {                                                            \
                int64_t first = step - width->before, next = step + width->kernel + AHEAD;                             \
                int64_t low = first < 0 ? -first : 0;                                                                  \
                int64_t high = first + width->kernel > length ? length - first : width->kernel;                        \
                VECTOR##_##LEVEL sum[COUNT] = {{0}};                                                                   \
                const char *after = (const char *)(table + (int64_t)ids[start + next < end ? next : 0] * stride);      \
                for (int64_t byte = 0; byte < stride * (int64_t)sizeof(NUMBER); byte += 64) {                          \
                    __builtin_prefetch(after + byte);                                                                  \
                }                                                                                                      \
                for (int64_t tap = low; tap < high; tap++) {                                                           \
                    const NUMBER *place = table + (int64_t)ids[first + tap] * stride + tap * lanes;                    \
                    for (int vector = 0; vector < COUNT; vector++) {                                                   \
                        const NUMBER *numbers = place + (vector == COUNT - 1 ? last : from + vector * LANES);          \
                        READ_##VECTOR(LEVEL) sum[vector] += value;                                                     \
                    }                                                                                                  \
                }                                                                                                      \
                for (int vector = 0; vector < COUNT; vector++) {                                                       \
                    most[vector] = LARGER_##VECTOR(LEVEL, sum[vector], most[vector]);                                  \
                }                                                                                                      \
            }                                                                                                          \
            float *out = task->out + row * task->widths * task->maps;                                                  \
            for (int vector = 0; vector < COUNT; vector++) {                                                           \
                int64_t map = own + (vector == COUNT - 1 ? last : from + vector * LANES);                              \
                for (int lane = 0; lane < LANES; lane++, map++) {                                                      \
                    float value = most[vector][lane] * task->scale[map] + task->bias[map];                             \
                    out[map] = length && value > 0 ? value : 0;                                                        \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }

/* Every map: of every width, block by block, at most TOGETHER vectors in a pass over all rows. */
#define POOL(NAME, LEVEL, BEFORE, NUMBER, VECTOR, LEAST)                                                               \
    SOME_MAPS(1, NAME, LEVEL, BEFORE, NUMBER, VECTOR, LEAST)                                                           \
    SOME_MAPS(2, NAME, LEVEL, BEFORE, NUMBER, VECTOR, LEAST)                                                           \
    SOME_MAPS(3, NAME, LEVEL, BEFORE, NUMBER, VECTOR, LEAST)                                                           \
    SOME_MAPS(4, NAME, LEVEL, BEFORE, NUMBER, VECTOR, LEAST)                                                           \
    SOME_MAPS(5, NAME, LEVEL, BEFORE, NUMBER, VECTOR, LEAST)                                                           \
    SOME_MAPS(6, NAME, LEVEL, BEFORE, NUMBER, VECTOR, LEAST)                                                           \
    SOME_MAPS(7, NAME, LEVEL, BEFORE, NUMBER, VECTOR, LEAST)                                                           \
    SOME_MAPS(8, NAME, LEVEL, BEFORE, NUMBER, VECTOR, LEAST)                                                           \
    static void NAME##_##LEVEL(const Task *task)                                                                       \
    {                                                                                                                  \
        static void (*const some_maps[TOGETHER])(const Task *, const Width *, const void *, int64_t, int64_t,          \
                                                 int64_t) = {                                                          \
            NAME##_1_##LEVEL, NAME##_2_##LEVEL, NAME##_3_##LEVEL, NAME##_4_##LEVEL,                                    \
            NAME##_5_##LEVEL, NAME##_6_##LEVEL, NAME##_7_##LEVEL, NAME##_8_##LEVEL,                                    \
        };                                                                                                             \
        int64_t each = LANES_##VECTOR(LEVEL);                                                                          \
        int64_t vectors = (task->lanes + each - 1) / each;                                                             \
        const NUMBER *block = task->table;                                                                             \
        for (int64_t place = 0; place < task->widths; place++) {                                                       \
            const Width *width = &task->width[place];                                                                  \
            for (int64_t map = 0; map < task->maps; map += task->lanes) {                                              \
                for (int64_t from = 0, count; from < vectors; from += count) {                                         \
                    count = vectors - from < TOGETHER ? vectors - from : TOGETHER;                                     \
                    int64_t last = from + count < vectors ? (from + count - 1) * each : task->lanes - each;            \
                    some_maps[count - 1](task, width, block, from * each, last, place * task->maps + map);             \
                }                                                                                                      \
                block += task->size * width->kernel * task->lanes;                                                     \
            }                                                                                                          \
        }                                                                                                              \
    }

#define POOL_FLOATS(LEVEL, BEFORE) POOL(pool_floats, LEVEL, BEFORE, float, Floats, -INFINITY)
#define POOL_BYTES(LEVEL, BEFORE) POOL(pool_bytes, LEVEL, BEFORE, int8_t, Shorts, INT16_MIN)

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
    int64_t each = views[BIAS].len / (Py_ssize_t)sizeof(float), least = views[TABLE].itemsize == 1 ? LEAST_BYTES : LEAST_FLOATS;
    task->maps = each / task->widths;
    if (task->lanes < least || task->maps < 1 || task->maps % task->lanes || task->maps * task->widths != each) {
        PyErr_Format(PyExc_ValueError, "expected %lld lanes or more, and bias to have a multiple of them for every width",
                     (long long)least);
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
        task->width[place] = (Width){kernel, before};
        taps += kernel;
    }
    int64_t numbers = views[TABLE].len / views[TABLE].itemsize;
    task->size = numbers / (taps * task->maps);
    if (task->size * taps * task->maps != numbers) {
        PyErr_SetString(PyExc_ValueError, "table needs sum(kernels) * maps numbers for every id");
        return 0;
    }
    task->rows = views[STARTS].len / (Py_ssize_t)sizeof(int64_t) - 1;
    if (task->rows < 0) {
        PyErr_SetString(PyExc_ValueError, "starts needs one number more than there are rows");
        return 0;
    }
    if (views[SCALE].len != views[BIAS].len || views[OUT].len != task->rows * views[BIAS].len) {
        PyErr_SetString(PyExc_ValueError, "scale needs as many numbers as bias, and out as many for every row");
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
    long long lanes;
    if (!PyArg_ParseTuple(args, "OOOOOOO!O!L", &given[IDS], &given[STARTS], &given[TABLE], &given[SCALE], &given[BIAS],
                          &given[OUT], &PyTuple_Type, &kernels, &PyTuple_Type, &befores, &lanes)) {
        return NULL;
    }
    task.lanes = lanes;
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
