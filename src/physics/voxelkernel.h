/*
 * Folding a point kernel into voxels: E(n) = int E(r) < prod_i tri((r w_i - n_i h_i) / h_i) >_w dr, keV per decay.
 *
 * Near the source the integral along each ray is exact and each cell between voxel centres has its own directions;
 * further out a Gauss rule for the weight of the voxel pair samples E(r) / 4 pi r^2. The sum over n is the energy of
 * the point kernel.
 */
#ifndef DVK_PHYSICS_VOXELKERNEL_H
#define DVK_PHYSICS_VOXELKERNEL_H

#include "physics/pointkernel.h"

/*
 * `octant` gets (half[0]+1)(half[1]+1)(half[2]+1) energies, x fastest, [0] the source voxel. h_mm are the voxel's edges
 * in mm of water at 1 g/mL. Axes of equal edges give exactly equal entries.
 */
dvk_status dvk_voxel_fold(const dvk_point_kernel *k, const double h_mm[3], const size_t half[3],
                          double *octant) DVK_MUST_USE;

/* Energies of the cell from (i, j, k) h to (i+1, j+1, k+1) h, shared by trilinear weights among its corners; bit 0, 1,
 * 2 of the index is the step in x, y, z. `nodes` an axis on each face. */
void dvk_voxel_cell(const dvk_point_kernel *k, const double h_mm[3], const size_t cell[3], int nodes, double corner[8]);

/* Nodes and weights of the Gauss-Legendre rule on 0..1. */
enum { DVK_GAUSS_MOST = 48 };
void dvk_gauss_legendre(int nodes, double *x, double *w);

#endif
