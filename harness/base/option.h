/* option.h - binding what a sweep says to the options of a method, model or data set. */
#ifndef KDI_OPTION_H
#define KDI_OPTION_H

#include <kd/option.h>
#include "base/value.h"

/* Sets every option of `table` in `self`: to its default, or to the value that `map` (may be NULL)
 * has under its name. An unknown name, a wrong type or a value out of range is an error whose
 * message begins with `owner`. Texts are not copied: they live as long as `map`. */
int kdi_options_bind(const kd_option *table, void *self, const kd_value *map, const char *owner);

/* one of them: NULL when `table` (may be NULL) has no such option */
const kd_option *kdi_option_find(const kd_option *table, const char *name);
/* the same checks for one value; for options whose value follows a schedule */
int kdi_option_set(const kd_option *o, void *self, const kd_value *value, const char *owner);

/* what is bound now, by name: every option, defaults included */
kd_value *kdi_options_values(const kd_option *table, const void *self, kdi_arena *a);
/* list of maps: name, help, type, default; min and max; choice, a list of names */
kd_value *kdi_options_describe(const kd_option *table, kdi_arena *a);

#endif
