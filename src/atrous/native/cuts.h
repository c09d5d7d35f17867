/* What cuts.c and stretches.c share: a table of stretches, texts without a space, each with its tokens. */
#ifndef ATROUS_CUTS_H
#define ATROUS_CUTS_H

#include "compiled.h"

typedef struct {
    PyObject *token;
    int32_t number;
    int64_t start, end; /* in its stretch */
} Piece;

typedef struct {
    PyObject *stretch; /* NULL: the place is free */
    uint32_t hash;
    int followed; /* whether it ends in "X." and a capital letter comes after the space */
    int64_t first, count; /* of the pieces */
} Entry;

typedef struct {
    PyObject_HEAD
    PyObject *rule;  /* from a stretch, and whether it is followed, to a sequence of (start, end) */
    PyObject *known; /* from a token to its number */
    Entry *entries;
    uint64_t mask, used; /* the places of the table, a power of two, less one; how many are taken */
    Piece *pieces;
    int64_t filled, room;
    int64_t held; /* characters of all stretches */
    int busy;
} Cutter;

/* Room for so many items of a block. -1 with an exception. */
int more_room(void **block, int64_t *room, int64_t wanted, size_t size);

/* Forgets the pieces from there on. */
void forget_pieces(Cutter *self, int64_t from);

/* A stretch that has not been met, text[start:end]: the rule is asked, and the answer kept. NULL with an exception. */
const Entry *learn_stretch(Cutter *self, PyObject *text, int64_t start, int64_t end, int followed, uint32_t hash);

#endif
