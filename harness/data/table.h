/* table.h - a manifest: lines of fields between tabs, the first line names the columns. */
#ifndef KDI_TABLE_H
#define KDI_TABLE_H

#include "data/read.h"

typedef struct kdi_table {
    const char *path;
    int64_t rows;
    int columns;
    const char **cell; /* rows x columns */
    const char **name; /* columns */
} kdi_table;

int kdi_table_read(kdi_arena *a, const char *path, kdi_table *table);
int kdi_table_parse(kdi_arena *a, const kdi_bytes *file, kdi_table *table);
/* rows texts of the column of that name */
int kdi_table_column(kdi_arena *a, const kdi_table *table, const char *name,
                     const char *const **to);

#endif
