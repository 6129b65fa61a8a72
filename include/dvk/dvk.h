/* All of libdvk: dose for radionuclide therapy. */
#ifndef DVK_DVK_H
#define DVK_DVK_H

#include "dvk/agreement.h"
#include "dvk/archive.h"
#include "dvk/bids.h"
#include "dvk/case.h"
#include "dvk/compare.h"
#include "dvk/context.h"
#include "dvk/convolve.h"
#include "dvk/course.h"
#include "dvk/density.h"
#include "dvk/dose.h"
#include "dvk/dvh.h"
#include "dvk/integrate.h"
#include "dvk/kernel.h"
#include "dvk/methods.h"
#include "dvk/nuclide.h"
#include "dvk/phantom.h"
#include "dvk/quantity.h"
#include "dvk/radiobiology.h"
#include "dvk/recovery.h"
#include "dvk/selftest.h"
#include "dvk/series.h"
#include "dvk/status.h"
#include "dvk/summary.h"
#include "dvk/timefit.h"
#include "dvk/uncertainty.h"
#include "dvk/voi.h"
#include "dvk/volume.h"

#endif
