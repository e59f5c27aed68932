/* worker.h - doing one run in one process, from its spec to its run.h5. */
#ifndef KDI_WORKER_H
#define KDI_WORKER_H

#include "base/value.h"

extern const kdi_call kdi_train_calls[];

#endif
