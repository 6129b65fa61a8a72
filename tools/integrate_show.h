/*
 * What `dvkit integrate` says of the voxels: as lines, and as JSON.
 */
#ifndef DVKIT_INTEGRATE_SHOW_H
#define DVKIT_INTEGRATE_SHOW_H

#include "dvk/dvk.h"

void integrate_show(const dvk_voxel_shares *s);
void integrate_show_json(const dvk_voxel_shares *s);

#endif
