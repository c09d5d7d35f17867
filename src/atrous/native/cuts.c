/* Texts to tokens: where each stands, and its number among all distinct ones.

   How a text is cut stays Python's: the rule is asked once for every distinct stretch without a space, and what it said
   is remembered. A rule may look past the space after a stretch at one thing only: whether "X." is followed by a capital
   letter. */
#include "cuts.h"
#include <string.h>

/* What is found in one call. The tokens are those of pieces, which nobody takes away meanwhile. */
typedef struct {
    Piece *pieces;
    int64_t filled, room;
    int32_t *numbers;
    int64_t count, space;
} Found;

static void cutter_dealloc(Cutter *self)
{
    PyTypeObject *type = Py_TYPE(self);
    forget_pieces(self, 0);
    for (uint64_t place = 0; self->entries && place <= self->mask; place++) {
        Py_XDECREF(self->entries[place].stretch);
    }
    PyMem_Free(self->entries);
    PyMem_Free(self->pieces);
    Py_XDECREF(self->rule);
    Py_XDECREF(self->known);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *cutter_new(PyTypeObject *type, PyObject *args, PyObject *named)
{
    static char *names[] = {"rule", "known", NULL};
    PyObject *rule, *known;
    if (!PyArg_ParseTupleAndKeywords(args, named, "OO!", names, &rule, &PyDict_Type, &known)) {
        return NULL;
    }
    if (!PyCallable_Check(rule)) {
        PyErr_Format(PyExc_TypeError, "Cutter needs a rule that can be called, got %.100s", Py_TYPE(rule)->tp_name);
        return NULL;
    }
    Cutter *self = (Cutter *)type->tp_alloc(type, 0);
    if (!self) {
        return NULL;
    }
    self->rule = Py_NewRef(rule);
    self->known = Py_NewRef(known);
    self->mask = 1023;
    self->entries = PyMem_Calloc(self->mask + 1, sizeof(Entry));
    if (!self->entries) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

static inline int same(PyObject *stretch, const void *letters, int kind, int64_t start, int64_t size)
{
    if (PyUnicode_GET_LENGTH(stretch) != size) {
        return 0;
    }
    const void *own = PyUnicode_DATA(stretch);
    if ((int)PyUnicode_KIND(stretch) == kind) {
        return !memcmp(own, (const char *)letters + start * kind, (size_t)(size * kind));
    }
    int other = (int)PyUnicode_KIND(stretch);
    for (int64_t place = 0; place < size; place++) {
        if (PyUnicode_READ(other, own, place) != PyUnicode_READ(kind, letters, start + place)) {
            return 0;
        }
    }
    return 1;
}

/* The pieces and numbers of one text. kind is a constant wherever this is called. */
static inline int read_kind(Cutter *self, PyObject *text, Found *found, const void *letters, int kind)
{
    int64_t size = PyUnicode_GET_LENGTH(text);
#define AT(place) PyUnicode_READ(kind, letters, place)
    int64_t place = 0;
    while (place < size && Py_UNICODE_ISSPACE(AT(place))) {
        place++;
    }
    while (place < size) {
        int64_t start = place;
        uint32_t hash = 2166136261u; /* FNV-1a over whole characters, and a last step that spreads the upper bits */
        for (; place < size && !Py_UNICODE_ISSPACE(AT(place)); place++) {
            hash = (hash ^ AT(place)) * 16777619u;
        }
        int64_t end = place;
        while (place < size && Py_UNICODE_ISSPACE(AT(place))) {
            place++;
        }
        int followed = end - start > 1 && AT(end - 1) == '.' && AT(end - 2) >= 'A' && AT(end - 2) <= 'Z' &&
                       place < size && AT(place) >= 'A' && AT(place) <= 'Z';
        hash = (hash ^ (hash >> 15)) + (uint32_t)followed;
        const Entry *entry = NULL;
        for (uint64_t at = hash & self->mask; self->entries[at].stretch; at = (at + 1) & self->mask) {
            const Entry *one = &self->entries[at];
            if (one->hash == hash && one->followed == followed && same(one->stretch, letters, kind, start, end - start)) {
                entry = one;
                break;
            }
        }
        if (!entry && !(entry = learn_stretch(self, text, start, end, followed, hash))) {
            return -1;
        }
        if (more_room((void **)&found->pieces, &found->room, found->filled + entry->count, sizeof(Piece)) < 0 ||
            more_room((void **)&found->numbers, &found->space, found->count + entry->count, sizeof(int32_t)) < 0) {
            return -1;
        }
        for (int64_t one = entry->first; one < entry->first + entry->count; one++) {
            Piece piece = self->pieces[one];
            piece.start += start;
            piece.end += start;
            found->pieces[found->filled++] = piece;
            found->numbers[found->count++] = piece.number;
        }
    }
#undef AT
    return 0;
}

static int read_text(Cutter *self, PyObject *text, Found *found)
{
    const void *letters = PyUnicode_DATA(text);
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND:
        return read_kind(self, text, found, letters, PyUnicode_1BYTE_KIND);
    case PyUnicode_2BYTE_KIND:
        return read_kind(self, text, found, letters, PyUnicode_2BYTE_KIND);
    default:
        return read_kind(self, text, found, letters, PyUnicode_4BYTE_KIND);
    }
}

static PyObject *pair_of(PyObject *first, PyObject *second)
{
    PyObject *pair = first && second ? PyTuple_New(2) : NULL;
    if (!pair) {
        Py_XDECREF(first);
        Py_XDECREF(second);
        return NULL;
    }
    PyTuple_SET_ITEM(pair, 0, first);
    PyTuple_SET_ITEM(pair, 1, second);
    return pair;
}

/* (text, tokens, offsets). The garbage collector need not walk tuples that hold texts and numbers alone. */
static PyObject *row_of(PyObject *text, const Found *found)
{
    PyObject *tokens = PyTuple_New(found->filled), *offsets = PyTuple_New(found->filled), *row = NULL;
    if (!tokens || !offsets) {
        goto end;
    }
    for (int64_t one = 0; one < found->filled; one++) {
        const Piece *piece = &found->pieces[one];
        PyObject *place = pair_of(PyLong_FromLongLong(piece->start), PyLong_FromLongLong(piece->end));
        if (!place) {
            goto end;
        }
        PyObject_GC_UnTrack(place);
        PyTuple_SET_ITEM(tokens, one, Py_NewRef(piece->token));
        PyTuple_SET_ITEM(offsets, one, place);
    }
    if (found->filled) { /* there is one empty tuple, and it is nobody's own */
        PyObject_GC_UnTrack(tokens);
        PyObject_GC_UnTrack(offsets);
    }
    row = PyTuple_Pack(3, text, tokens, offsets);
end:
    Py_XDECREF(tokens);
    Py_XDECREF(offsets);
    return row;
}

PyDoc_STRVAR(cut_doc,
             "cut(texts)\n--\n\n"
             "Of every text of a list (text, tokens, offsets); the numbers of all tokens; and where each text's begin.\n\n"
             "The last two are bytearrays: of 4-byte and of 8-byte integers, the second of len(texts) + 1. Tokens that\n"
             "are new get the next numbers, in `known`. What the rule raises is raised.");

static PyObject *cutter_cut(Cutter *self, PyObject *texts)
{
    if (!PyList_Check(texts)) {
        PyErr_Format(PyExc_TypeError, "cut needs a list of texts, got %.100s", Py_TYPE(texts)->tp_name);
        return NULL;
    }
    if (self->busy) {
        PyErr_SetString(PyExc_ValueError, "Cutter is in use: its rule, or another thread, may not call it meanwhile");
        return NULL;
    }
    PyObject *given = PyList_AsTuple(texts); /* a copy: the rule may change the caller's list */
    if (!given) {
        return NULL;
    }
    self->busy = 1;
    Py_ssize_t count = PyTuple_GET_SIZE(given);
    PyObject *rows = PyList_New(0), *numbers = NULL, *answer = NULL;
    PyObject *starts = PyByteArray_FromStringAndSize(NULL, (count + 1) * (Py_ssize_t)sizeof(int64_t));
    Found found = {NULL, 0, 0, NULL, 0, 0};
    if (!rows || !starts) {
        goto end;
    }
    int64_t *where = (int64_t *)PyByteArray_AS_STRING(starts);
    for (Py_ssize_t place = 0; place < count; place++) {
        PyObject *text = PyTuple_GET_ITEM(given, place);
        if (!PyUnicode_Check(text)) {
            PyErr_Format(PyExc_TypeError, "cut needs texts, got %.100s", Py_TYPE(text)->tp_name);
            goto end;
        }
        where[place] = found.count;
        found.filled = 0;
        PyObject *row = read_text(self, text, &found) < 0 ? NULL : row_of(text, &found);
        int failed = !row || PyList_Append(rows, row) < 0;
        Py_XDECREF(row);
        if (failed) {
            goto end;
        }
    }
    where[count] = found.count;
    numbers = PyByteArray_FromStringAndSize((const char *)found.numbers, found.count * (Py_ssize_t)sizeof(int32_t));
    answer = numbers ? PyTuple_Pack(3, rows, numbers, starts) : NULL;
end:
    self->busy = 0;
    PyMem_Free(found.pieces);
    PyMem_Free(found.numbers);
    Py_XDECREF(rows);
    Py_XDECREF(numbers);
    Py_XDECREF(starts);
    Py_DECREF(given);
    return answer;
}

PyDoc_STRVAR(held_doc, "held()\n--\n\nHow many bytes the stretches that are remembered take, roughly.");

static PyObject *cutter_held(Cutter *self, PyObject *Py_UNUSED(args))
{
    int64_t own = 80 * (int64_t)self->used + 2 * self->held; /* an object each */
    return PyLong_FromLongLong(own + (int64_t)sizeof(Entry) * (int64_t)self->mask + 140 * self->filled);
}

static PyMethodDef cutter_methods[] = {
    {"cut", (PyCFunction)cutter_cut, METH_O, cut_doc},
    {"held", (PyCFunction)cutter_held, METH_NOARGS, held_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot cutter_slots[] = {
    {Py_tp_doc, "Cutter(rule, known)\n--\n\n"
                "Cuts texts by a rule, from a stretch without spaces, and whether it is followed by a capital letter, to\n"
                "(start, end) of each token. known: a dict from each token that was met to its number."},
    {Py_tp_new, cutter_new},
    {Py_tp_dealloc, cutter_dealloc},
    {Py_tp_methods, cutter_methods},
    {0, NULL},
};

PyType_Spec cutter_spec = {
    .name = "atrous.native._compiled.Cutter",
    .basicsize = sizeof(Cutter),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = cutter_slots,
};
