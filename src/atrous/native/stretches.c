/* The table of stretches that cuts.c reads: what the rule said of each, and the numbers of its tokens. */
#include "cuts.h"

int more_room(void **block, int64_t *room, int64_t wanted, size_t size)
{
    if (wanted <= *room) {
        return 0;
    }
    int64_t larger = wanted + wanted / 2 + 16;
    void *fresh = PyMem_Realloc(*block, (size_t)larger * size);
    if (!fresh) {
        PyErr_NoMemory();
        return -1;
    }
    *block = fresh;
    *room = larger;
    return 0;
}

void forget_pieces(Cutter *self, int64_t from)
{
    while (self->filled > from) {
        Py_DECREF(self->pieces[--self->filled].token);
    }
}

static int twice_as_large(Cutter *self)
{
    uint64_t mask = 2 * self->mask + 1;
    Entry *entries = PyMem_Calloc(mask + 1, sizeof(Entry));
    if (!entries) {
        PyErr_NoMemory();
        return -1;
    }
    for (uint64_t place = 0; place <= self->mask; place++) {
        if (self->entries[place].stretch) {
            uint64_t to = self->entries[place].hash & mask;
            while (entries[to].stretch) {
                to = (to + 1) & mask;
            }
            entries[to] = self->entries[place];
        }
    }
    PyMem_Free(self->entries);
    self->entries = entries;
    self->mask = mask;
    return 0;
}

/* The number of a token; a new one is the next. */
static int number_of(Cutter *self, PyObject *token, int32_t *number)
{
    PyObject *found = PyDict_GetItemWithError(self->known, token);
    if (found) {
        long long value = PyLong_AsLongLong(found);
        if (value < 0 || value > INT32_MAX) {
            if (!PyErr_Occurred()) {
                PyErr_Format(PyExc_ValueError, "Cutter needs numbers from 0 to 2**31 - 1, got %R for %R", found, token);
            }
            return -1;
        }
        *number = (int32_t)value;
        return 0;
    }
    if (PyErr_Occurred()) {
        return -1;
    }
    Py_ssize_t size = PyDict_GET_SIZE(self->known);
    if (size >= INT32_MAX) {
        PyErr_SetString(PyExc_ValueError, "Cutter needs fewer than 2**31 distinct tokens");
        return -1;
    }
    *number = (int32_t)size;
    PyObject *value = PyLong_FromSsize_t(size);
    int failed = !value || PyDict_SetItem(self->known, token, value) < 0;
    Py_XDECREF(value);
    return failed ? -1 : 0;
}

/* One token of a stretch, as the rule gave it. */
static int add_piece(Cutter *self, PyObject *stretch, PyObject *place, int64_t after)
{
    if (!PyTuple_Check(place) || PyTuple_GET_SIZE(place) != 2) {
        PyErr_Format(PyExc_TypeError, "Cutter needs a rule that gives (start, end), got %R", place);
        return -1;
    }
    Py_ssize_t start = PyLong_AsSsize_t(PyTuple_GET_ITEM(place, 0));
    Py_ssize_t end = start == -1 && PyErr_Occurred() ? -1 : PyLong_AsSsize_t(PyTuple_GET_ITEM(place, 1));
    if (PyErr_Occurred()) {
        return -1;
    }
    if (start < after || end <= start || end > PyUnicode_GET_LENGTH(stretch)) {
        PyErr_Format(PyExc_ValueError, "Cutter needs a rule whose tokens stand in %R, in order, got %R", stretch, place);
        return -1;
    }
    if (more_room((void **)&self->pieces, &self->room, self->filled + 1, sizeof(Piece)) < 0) {
        return -1;
    }
    PyObject *token = PyUnicode_Substring(stretch, start, end);
    int32_t number = 0;
    if (!token || number_of(self, token, &number) < 0) {
        Py_XDECREF(token);
        return -1;
    }
    self->pieces[self->filled++] = (Piece){token, number, start, end};
    return 0;
}

const Entry *learn_stretch(Cutter *self, PyObject *text, int64_t start, int64_t end, int followed, uint32_t hash)
{
    int64_t first = self->filled, after = 0;
    PyObject *places = NULL, *several = NULL;
    PyObject *stretch = PyUnicode_Substring(text, start, end);
    if (!stretch || (2 * self->used >= self->mask && twice_as_large(self) < 0)) {
        goto failed;
    }
    places = PyObject_CallFunctionObjArgs(self->rule, stretch, followed ? Py_True : Py_False, NULL);
    several = places ? PySequence_Tuple(places) : NULL; /* a copy: nobody changes it meanwhile */
    if (!several) {
        goto failed;
    }
    for (Py_ssize_t one = 0; one < PyTuple_GET_SIZE(several); one++) {
        if (add_piece(self, stretch, PyTuple_GET_ITEM(several, one), after) < 0) {
            goto failed;
        }
        after = self->pieces[self->filled - 1].end;
    }
    Py_DECREF(places);
    Py_DECREF(several);
    uint64_t place = hash & self->mask;
    while (self->entries[place].stretch) {
        place = (place + 1) & self->mask;
    }
    self->entries[place] = (Entry){stretch, hash, followed, first, self->filled - first};
    self->used++;
    self->held += end - start;
    return &self->entries[place];
failed:
    Py_XDECREF(stretch);
    Py_XDECREF(places);
    Py_XDECREF(several);
    forget_pieces(self, first);
    return NULL;
}
