// The objectives of self-supervision, as functions of Vars: run eagerly, compiled, or read exactly.
#pragma once

#include "spec/graph/graph.h"

namespace plumbline::runtime::ssl {

using spec::Var;

// SimCLR's loss (Chen et al. 2020) of two views z1, z2 [n, d], n ≥ 1: with ẑ of length 1, s_ij = ẑ_i·ẑ_j / τ over all
// 2n rows, the mean of ln Σ_{j≠i} e^{s_ij} − s_{i, partner of i}.
Var nt_xent(const Var& z1, const Var& z2, double temperature = 0.5);

// InfoNCE (van den Oord et al. 2018) of queries and keys [n, d]: the mean over i of ln Σ_j e^{s_ij} − s_ii.
Var info_nce(const Var& queries, const Var& keys, double temperature = 0.07);

// −mean of the cosine of p and z along the last axis; nothing flows back through z.
Var negative_cosine(const Var& p, const Var& z);
// SimSiam's loss (Chen and He 2021): ½ negative_cosine(p1, z2) + ½ negative_cosine(p2, z1).
Var simsiam(const Var& p1, const Var& z1, const Var& p2, const Var& z2);

// Σ m (ŷ − y)² / max(1, Σ m): the mean squared error of what is hidden, 0 if nothing is. All of one shape.
Var masked_mse(const Var& yhat, const Var& y, const Var& mask);
// The same with a target [n, 2, …] of batches from ssl::masked: what was hidden, and the mask.
Var masked_reconstruction(const Var& yhat, const Var& target);

// Cross entropy of logits [n, …, vocabulary] and labels [n, …] as an index input, where they are not `ignore`.
Var masked_lm(const Var& logits, const Var& labels, spec::Index ignore = -100);

}  // namespace plumbline::runtime::ssl
