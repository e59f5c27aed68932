/* scan.h - reading text formats: words, numbers, and errors that say the line. */
#ifndef KDI_SCAN_H
#define KDI_SCAN_H

#include "data/read.h"

typedef struct kdi_scan {
    const char *path; /* for messages */
    const char *begin, *at, *end;
} kdi_scan;

kdi_scan kdi_scan_new(const kdi_bytes *file);
/* "PATH:LINE: message", of the line that s->at is in */
int kdi_scan_error(const kdi_scan *s, const char *fmt, ...) KD_PRINTF(2, 3);
/* the characters at s->at, as messages show them; static memory, good for one message */
const char *kdi_scan_found(const kdi_scan *s);

/* A number in decimal at s->at, which moves past it. What is not finite, or is not followed by
 * blank, end or one of `ends`, is an error: "found 'x', should be a number". */
int kdi_scan_real(kdi_scan *s, const char *ends, double *x);
int kdi_scan_integer(kdi_scan *s, const char *ends, int64_t *x);

#endif
