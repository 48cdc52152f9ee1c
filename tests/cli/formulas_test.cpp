// eval and check of what is no op: optimiser steps, initial values, rates; and how they refuse.
#include "tests/cli/program.h"

namespace plumbline::crosscheck {

class Formulas : public Program {
 protected:
  void SetUp() override {
    Program::SetUp();
    write("p.npy", Values({2}, {1, -2}), Dtype::f8);
    write("g.npy", Values({2}, {0.5, 0.25}), Dtype::f8);
  }
  std::vector<double> elements(const std::string& file) const {
    const Values x = read(file);
    return {x.elements().begin(), x.elements().end()};
  }
  void runs(const std::string& arguments, int code = 0) const {
    const Finished f = crosscheck(arguments);
    EXPECT_EQ(f.code, code) << arguments << "\n" << f.out << f.err;
  }
};

TEST_F(Formulas, AStepIsEvaluatedAndChecked) {
  runs("eval sgd lr=0.5 momentum=0.5 p.npy g.npy --out p1.npy --out b1.npy");
  EXPECT_EQ(read("p1.npy")[0], 0.75);
  EXPECT_EQ(read("b1.npy")[1], 0.25);
  runs("check sgd lr=0.5 momentum=0.5 p.npy g.npy --got p1.npy --got b1.npy");
  runs("eval sgd lr=0.5 momentum=0.5 t=2 p1.npy g.npy b1.npy --out p2.npy --out b2.npy");
  EXPECT_EQ(read("p2.npy")[0], 0.375);
  runs("check sgd lr=0.25 momentum=0.5 t=2 p1.npy g.npy b1.npy --got p2.npy --got b2.npy", 1);
  for (const std::string name :
       {"adam", "adamw", "amsgrad", "rmsprop", "adagrad", "adadelta", "adamax", "nadam", "lion"}) {
    runs("eval " + name + " p.npy g.npy");
    runs("eval " + name + " p.npy g.npy --as cpu");
  }
}

TEST_F(Formulas, InitialValues) {
  runs("eval kaiming_uniform shape=[3,4] seed=7 stream=2 --as cpu --out w.npy");
  runs("check kaiming_uniform shape=[3,4] seed=7 stream=2 --got w.npy");
  runs("check kaiming_uniform shape=[3,4] seed=7 stream=3 --got w.npy", 1);
  runs("eval orthogonal shape=[3,2] --as cpu --out q.npy");
  runs("check orthogonal shape=[3,2] --got q.npy");
  runs("eval kaiming_uniform shape=[3,4] seed=7 stream=2 --out exact.npy");  // the bits, in float64
  runs("check kaiming_uniform shape=[3,4] seed=7 stream=2 --got exact.npy");
  EXPECT_EQ(elements("exact.npy"), elements("w.npy"));
  runs("eval normal shape=[3] seed=7 --out n.npy --dtype f4");
  runs("check normal shape=[3] seed=7 --got n.npy");
  runs("eval constant shape=[2] value=3 --out c.npy");
  EXPECT_EQ(read("c.npy")[1], 3);
}

TEST_F(Formulas, ClippedGradients) {
  runs("eval clip_grad_value clip_value=0.375 p.npy g.npy --out a.npy --out b.npy");
  EXPECT_EQ(elements("a.npy"), (std::vector<double>{0.375, -0.375}));
  EXPECT_EQ(elements("b.npy"), (std::vector<double>{0.375, 0.25}));
  runs("eval clip_grad_norm max_norm=1 p.npy g.npy --out a.npy --out b.npy --dtype f4");
  runs("check clip_grad_norm max_norm=1 p.npy g.npy --got a.npy --got b.npy");
  runs("check clip_grad_norm max_norm=2 p.npy g.npy --got a.npy --got b.npy", 1);
  refused("eval clip_grad_norm", "expected the gradients of a step");
  refused("eval clip_grad_norm max_norm=-1 p.npy", "[optim C7]");
}

TEST_F(Formulas, Rates) {
  runs("eval cosine lr=0.5 T_max=4 steps=5 --out r.npy");
  EXPECT_EQ(read("r.npy")[0], 0.5);
  EXPECT_EQ(read("r.npy")[2], 0.25);
  runs("check cosine lr=0.5 T_max=4 steps=5 --got r.npy");
  runs("eval constant lr=1 factor=0.5 total_iters=2 steps=3 --out r.npy");
  EXPECT_EQ(read("r.npy")[1], 0.5);
  EXPECT_EQ(read("r.npy")[2], 1);
  write("metrics.npy", Values({3}, {1, 1, 1}), Dtype::f8);
  runs("eval reduce_on_plateau lr=1 factor=0.5 patience=0 metrics.npy --out r.npy");
  EXPECT_EQ(read("r.npy").size(), 4);
}

TEST_F(Formulas, AreRefused) {
  refused("eval adam t=2 p.npy g.npy", "found 2 files, expected 4: p, g, m, v");
  refused("eval adam t=0 p.npy g.npy", "[adam] attribute t: found '0'");
  refused("eval adam lr=-1 p.npy g.npy", "[optim C1]");
  refused("eval adam lr=1 lr=2 p.npy g.npy", "attribute lr: found it twice, lr=1 and lr=2, expected it once");
  refused("eval adam p.npy g.npy --vjp g.npy", "--vjp: found it for optim_step");
  refused("eval adam p.npy g.npy --out a.npy", "--out: found 1 file, expected 3 for 3 results");
  refused("eval adam p.npy g.npy --out a.npy --out a.npy --out b.npy", "--out: found a.npy twice");
  refused("check adam p.npy g.npy --got p.npy", "--got: found 1 file, expected 3: the parameter after step 1");
  refused("eval adm p.npy g.npy", "unknown op adm; did you mean adam");
  refused("eval xavier_uniform", "[xavier_uniform] attribute shape: found none");
  refused("eval xavier_uniform shape=[3]", "[init C1]");
  refused("eval uniform shape=[99999999,99999999]", "expected extents from 0 and at most");
  refused("eval orthogonal shape=[2,2]", "--as: found exact, expected cpu for orthogonal");
  refused("eval constant", "[constant] found neither shape nor steps");
  refused("eval cosine", "[cosine] attribute steps: found none");
  refused("eval cosine steps=99999999999", "expected at most 1000000");
  refused("eval cosine steps=3 T_max=0", "[schedule C2]");
}

}  // namespace plumbline::crosscheck
