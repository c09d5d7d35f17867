/* Texts to the ids of their words, by the rule of atrous.runtime.tokeniser: runs of letters, digits and underscores, and
   every other character that is not a space by itself. */
#include "compiled.h"
#include <string.h>

typedef struct {
    uint32_t hash;
    int32_t id; /* 0: the place is free */
    int64_t start; /* where its characters stand in `letters` */
    int64_t size;
} Entry;

typedef struct {
    PyObject_HEAD
    Entry *entries;
    uint64_t mask; /* the places of the table, a power of two, less one */
    Py_UCS4 *letters;
    int lower;
    int32_t unknown;
} Words;

enum { SPACE, SIGN, WORD };

/* What a character below 128 is, and its small letter; made when the extension is loaded. */
static unsigned char kinds[128];
static unsigned char small[128];

static int kind_of(Py_UCS4 letter)
{
    if (letter < 128) {
        return kinds[letter];
    }
    return Py_UNICODE_ISALNUM(letter) ? WORD : Py_UNICODE_ISSPACE(letter) ? SPACE : SIGN;
}

void words_ready(void)
{
    for (Py_UCS4 letter = 0; letter < 128; letter++) {
        int word = Py_UNICODE_ISALNUM(letter) || letter == '_';
        kinds[letter] = (unsigned char)(word ? WORD : Py_UNICODE_ISSPACE(letter) ? SPACE : SIGN);
        small[letter] = (unsigned char)Py_UNICODE_TOLOWER(letter);
    }
}

/* One step of FNV-1a over whole characters, and a last one that spreads the upper bits. */
#define SEED 2166136261u
static inline uint32_t step(uint32_t hash, Py_UCS4 letter) { return (hash ^ letter) * 16777619u; }
static inline uint32_t spread(uint32_t hash) { return hash ^ (hash >> 15); }

static void words_dealloc(Words *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyMem_Free(self->entries);
    PyMem_Free(self->letters);
    type->tp_free(self);
    Py_DECREF(type);
}

/* Puts one token into the table; it is copied to `letters + start`. -1 with an exception if it stands there already. */
static int put(Words *self, PyObject *token, int64_t start, int32_t id)
{
    Py_ssize_t size = PyUnicode_GET_LENGTH(token);
    uint32_t hash = SEED;
    for (Py_ssize_t place = 0; place < size; place++) {
        Py_UCS4 letter = PyUnicode_READ_CHAR(token, place);
        self->letters[start + place] = letter;
        hash = step(hash, letter);
    }
    hash = spread(hash);
    uint64_t place = hash & self->mask;
    for (; self->entries[place].id; place = (place + 1) & self->mask) {
        Entry *entry = &self->entries[place];
        if (entry->hash == hash && entry->size == size &&
            !memcmp(self->letters + entry->start, self->letters + start, (size_t)size * sizeof(Py_UCS4))) {
            PyErr_Format(PyExc_ValueError, "Words needs distinct tokens, got %R twice", token);
            return -1;
        }
    }
    self->entries[place] = (Entry){hash, id, start, size};
    return 0;
}

static PyObject *words_new(PyTypeObject *type, PyObject *args, PyObject *named)
{
    static char *names[] = {"tokens", "lower", "first", "unknown", NULL};
    PyObject *tokens;
    int lower, first, unknown;
    if (!PyArg_ParseTupleAndKeywords(args, named, "O!pii", names, &PyTuple_Type, &tokens, &lower, &first, &unknown)) {
        return NULL;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(tokens);
    int64_t letters = 0;
    for (Py_ssize_t place = 0; place < count; place++) {
        PyObject *token = PyTuple_GET_ITEM(tokens, place);
        if (!PyUnicode_Check(token)) {
            PyErr_Format(PyExc_TypeError, "Words needs tokens of text, got %R", token);
            return NULL;
        }
        letters += PyUnicode_GET_LENGTH(token);
    }
    if (first < 1 || count > INT32_MAX / 4 - first) {
        PyErr_Format(PyExc_ValueError, "Words needs a first id of 1 at least, and ids of 32 bits, got first=%d", first);
        return NULL;
    }
    Words *self = (Words *)type->tp_alloc(type, 0);
    if (!self) {
        return NULL;
    }
    uint64_t places = 16;
    while (places < 2 * (uint64_t)count) {
        places *= 2;
    }
    self->mask = places - 1;
    self->lower = lower;
    self->unknown = unknown;
    self->entries = PyMem_Calloc(places, sizeof(Entry));
    self->letters = PyMem_Malloc((size_t)(letters + 1) * sizeof(Py_UCS4));
    if (!self->entries || !self->letters) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    int64_t start = 0;
    for (Py_ssize_t place = 0; place < count; place++) {
        PyObject *token = PyTuple_GET_ITEM(tokens, place);
        if (put(self, token, start, (int32_t)(first + place)) < 0) {
            Py_DECREF(self);
            return NULL;
        }
        start += PyUnicode_GET_LENGTH(token);
    }
    return (PyObject *)self;
}

/* The ids of a text whose characters have that many bytes, at most one a character. How many there are is given. */
#define READ(NAME, LETTER, KIND, SMALL)                                                                                \
    static inline int32_t find_##NAME(const Words *self, const LETTER *word, int64_t size, uint32_t hash)             \
    {                                                                                                                  \
        for (uint64_t place = hash & self->mask; self->entries[place].id; place = (place + 1) & self->mask) {         \
            const Entry *entry = &self->entries[place];                                                                \
            if (entry->hash != hash || entry->size != size) {                                                          \
                continue;                                                                                              \
            }                                                                                                          \
            const Py_UCS4 *own = self->letters + entry->start;                                                         \
            int64_t same = 0;                                                                                          \
            while (same < size && own[same] == SMALL(word[same])) {                                                    \
                same++;                                                                                                \
            }                                                                                                          \
            if (same == size) {                                                                                        \
                return entry->id;                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
        return self->unknown;                                                                                          \
    }                                                                                                                  \
                                                                                                                       \
    static int64_t read_##NAME(const Words *self, const LETTER *text, int64_t size, int32_t *ids)                     \
    {                                                                                                                  \
        int64_t count = 0;                                                                                             \
        for (int64_t place = 0; place < size;) {                                                                       \
            int kind = KIND(text[place]);                                                                              \
            int64_t start = place;                                                                                     \
            uint32_t hash = step(SEED, SMALL(text[place]));                                                            \
            place++;                                                                                                   \
            if (kind == SPACE) {                                                                                       \
                continue;                                                                                              \
            }                                                                                                          \
            if (kind == WORD) {                                                                                        \
                for (; place < size && KIND(text[place]) == WORD; place++) {                                           \
                    hash = step(hash, SMALL(text[place]));                                                             \
                }                                                                                                      \
            }                                                                                                          \
            ids[count++] = find_##NAME(self, text + start, place - start, spread(hash));                               \
        }                                                                                                              \
        return count;                                                                                                  \
    }

#define AS_IT_IS(letter) ((Py_UCS4)(letter))
#define ASCII_KIND(letter) (kinds[letter])
#define ASCII_SMALL(letter) ((Py_UCS4)small[letter])

READ(ascii, Py_UCS1, ASCII_KIND, AS_IT_IS)
READ(small_ascii, Py_UCS1, ASCII_KIND, ASCII_SMALL)
READ(ucs1, Py_UCS1, kind_of, AS_IT_IS)
READ(ucs2, Py_UCS2, kind_of, AS_IT_IS)
READ(ucs4, Py_UCS4, kind_of, AS_IT_IS)

static int64_t read_text(const Words *self, PyObject *text, int32_t *ids)
{
    int64_t size = PyUnicode_GET_LENGTH(text);
    const void *letters = PyUnicode_DATA(text);
    if (PyUnicode_IS_ASCII(text)) {
        return self->lower ? read_small_ascii(self, letters, size, ids) : read_ascii(self, letters, size, ids);
    }
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND:
        return read_ucs1(self, letters, size, ids);
    case PyUnicode_2BYTE_KIND:
        return read_ucs2(self, letters, size, ids);
    default:
        return read_ucs4(self, letters, size, ids);
    }
}

PyDoc_STRVAR(ids_doc,
             "ids(texts)\n--\n\n"
             "The ids of the words of every text of a list, end to end, and where each text's begin.\n\n"
             "Both are bytearrays: of 4-byte and of 8-byte integers, the second of len(texts) + 1.");

static PyObject *words_ids(Words *self, PyObject *texts)
{
    if (!PyList_Check(texts)) {
        PyErr_Format(PyExc_TypeError, "ids needs a list of texts, got %.100s", Py_TYPE(texts)->tp_name);
        return NULL;
    }
    /* A copy: what is called below may change the caller's list. */
    PyObject *given = PyList_AsTuple(texts);
    if (!given) {
        return NULL;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(given);
    int64_t room = 0; /* every token has a character at least */
    PyObject *ids = NULL, *starts = NULL, *found = NULL;
    for (Py_ssize_t row = 0; row < count; row++) {
        PyObject *text = PyTuple_GET_ITEM(given, row);
        if (!PyUnicode_Check(text)) {
            PyErr_Format(PyExc_TypeError, "ids needs texts, got %.100s", Py_TYPE(text)->tp_name);
            goto end;
        }
        if (self->lower && !PyUnicode_IS_ASCII(text)) {
            PyObject *lower = PyObject_CallMethod(text, "lower", NULL);
            if (!lower) {
                goto end;
            }
            if (!PyUnicode_Check(lower)) { /* of a class that answers otherwise */
                Py_DECREF(lower);
                PyErr_SetString(PyExc_TypeError, "ids needs texts whose lower() is a text");
                goto end;
            }
            PyTuple_SET_ITEM(given, row, lower); /* nobody else has this tuple */
            Py_DECREF(text);
            text = lower;
        }
        room += PyUnicode_GET_LENGTH(text);
    }
    ids = PyByteArray_FromStringAndSize(NULL, (Py_ssize_t)(room * (int64_t)sizeof(int32_t)));
    starts = PyByteArray_FromStringAndSize(NULL, (count + 1) * (Py_ssize_t)sizeof(int64_t));
    if (!ids || !starts) {
        goto end;
    }
    int32_t *to = (int32_t *)PyByteArray_AS_STRING(ids);
    int64_t *where = (int64_t *)PyByteArray_AS_STRING(starts);
    int64_t sum = 0;
    for (Py_ssize_t row = 0; row < count; row++) {
        where[row] = sum;
        sum += read_text(self, PyTuple_GET_ITEM(given, row), to + sum);
    }
    where[count] = sum;
    if (PyByteArray_Resize(ids, (Py_ssize_t)(sum * (int64_t)sizeof(int32_t))) < 0) {
        goto end;
    }
    found = PyTuple_Pack(2, ids, starts);
end:
    Py_XDECREF(ids);
    Py_XDECREF(starts);
    Py_DECREF(given);
    return found;
}

static PyMethodDef words_methods[] = {
    {"ids", (PyCFunction)words_ids, METH_O, ids_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot words_slots[] = {
    {Py_tp_doc, "Words(tokens, lower, first, unknown)\n--\n\nA table from words to ids: tokens[i] has the id first + i."},
    {Py_tp_new, words_new},
    {Py_tp_dealloc, words_dealloc},
    {Py_tp_methods, words_methods},
    {0, NULL},
};

PyType_Spec words_spec = {
    .name = "atrous.native._compiled.Words",
    .basicsize = sizeof(Words),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = words_slots,
};
