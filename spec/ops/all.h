// Every op of the catalogue: one line each. The build reads this list.
#pragma once

#include "spec/ops/add.h"
#include "spec/ops/full.h"
#include "spec/ops/matmul.h"
#include "spec/ops/mul.h"
#include "spec/ops/neg.h"
#include "spec/ops/permute.h"
#include "spec/ops/reshape.h"
#include "spec/ops/softmax.h"
#include "spec/ops/sub.h"
#include "spec/ops/sum.h"
