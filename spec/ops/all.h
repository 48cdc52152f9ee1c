// Every op of the catalogue: one line each. The build reads this list; struct names are the file names in PascalCase.
#pragma once

#include "spec/ops/elementwise/add.h"
#include "spec/ops/elementwise/mul.h"
#include "spec/ops/elementwise/neg.h"
#include "spec/ops/elementwise/sub.h"
#include "spec/ops/linalg/matmul.h"
#include "spec/ops/norm/softmax.h"
#include "spec/ops/reduce/sum.h"
#include "spec/ops/shape/broadcast_to.h"
#include "spec/ops/shape/full.h"
#include "spec/ops/shape/permute.h"
#include "spec/ops/shape/reshape.h"
