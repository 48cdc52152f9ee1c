// `crosscheck model FILE` on what a user trained: its params, its data, its loss, and every mistake in them.
#include "runtime/io/safetensors.h"
#include "tests/cli/program.h"

namespace plumbline::crosscheck {

using spec::Index;

class ModelFile : public Program {
 protected:
  using List = runtime::TensorList<float>;

  void SetUp() override {
    Program::SetUp();
    write("m.graphspec", "plumbline.graphspec/1\nx = input [2, 3]\ny = x >> linear out_features=3\noutput y\n");
    write("labels.csv", "1,0,0,0\n0,2,0,1\n0,0,3,2\n4,1,0,0\n");
    write("targets.csv", "1,0,0,1,0,0\n0,2,0,0,1.5,0\n0,0,3,0,0,3\n");
    save("m.safetensors", identity("0.y."));
  }
  // x becomes the logits.
  static List identity(const std::string& prefix) {
    return {{prefix + "weight", spec::Tensor<float>({3, 3}, {1, 0, 0, 0, 1, 0, 0, 0, 1})},
            {prefix + "bias", spec::Tensor<float>({3}, {0, 0, 0})}};
  }
  void save(const std::string& name, const List& list) const {
    ASSERT_TRUE(runtime::io::write_safetensors(at(name).string(), list));
  }
  // The output, which must say all of these.
  std::string audited(const std::string& arguments, const std::vector<std::string>& says) const {
    const Finished f = crosscheck("model " + arguments);
    EXPECT_EQ(f.code, 0) << arguments << '\n' << f.out << f.err;
    for (const std::string& words : says) EXPECT_NE(f.out.find(words), std::string::npos) << words << '\n' << f.out;
    return f.out;
  }
};

TEST_F(ModelFile, WhatWasTrainedIsAudited) {
  audited("m.graphspec --params m.safetensors --data labels.csv",
          {"its graph, on 4 rows of labels.csv; params from m.safetensors, behind 0.\n", "cross_entropy",
           "sgd lr=0.0078125", "3 steps on inputs [2, 3]", "loss before training", "accuracy 100.0 % on 4 rows",
           "loss after training", "step 2"});
  save("plain.safetensors", identity("y."));
  audited("m.graphspec --params plain.safetensors --data labels.csv --batch 4 --lr 0.5 --steps 1 --json r.json",
          {"params from plain.safetensors\n", "sgd lr=0.5", "1 steps on inputs [4, 3]"});
  EXPECT_NE(content(at("r.json")).find("\"plumbline.report/1\""), std::string::npos);
}

TEST_F(ModelFile, LossOptimiserAndScale) {
  audited("m.graphspec --data targets.csv --optim adam lr=0.01 beta1=0.5", {"; mse; adam lr=0.01 beta1=0.5"});
  audited("m.graphspec --data targets.csv --loss huber --scale 0.5 --optim adamw --lr 0.25",
          {"; huber; adamw lr=0.25"});
  audited("m.graphspec --data targets.csv --loss cross_entropy", {"; cross_entropy;"});
  audited("m.graphspec --loss cross_entropy", {"its graph, on data made from seed 1; params initialised", "accuracy"});
  audited("m.graphspec --steps 12", {"on data made from seed 1", "mse", "step 11"});
}

TEST_F(ModelFile, TokensAndRunningState) {
  write("t.graphspec",
        "plumbline.graphspec/1\nt = index [2, 2] extent=5\ny = t >> embedding num_embeddings=5 embedding_dim=4\n"
        "output y\n");
  write("t.csv", "0,4,1,2\n3,2,0,3\n1,1,2,2\n");
  audited("t.graphspec --data t.csv", {"cross_entropy", "on 2 rows"});
  refused("model t.graphspec --data t.csv --scale 2", "--scale: found 2, expected none: the input holds integers");
  write("t.csv", "0,5,1,2\n3,2,0,3\n");
  refused("model t.graphspec --data t.csv", "t.csv: line 1: column 2: found 5, expected an integer from 0 to 4");
  write("n.graphspec", "plumbline.graphspec/1\nx = input [4, 3]\ny = batch_norm(x)\noutput y\n");
  List norm{{"y.weight", spec::Tensor<float>({3}, {1, 2, 3})}, {"y.bias", spec::Tensor<float>({3}, {0, 0, 1})}};
  save("n.safetensors", norm);
  audited("n.graphspec --params n.safetensors", {"y.running_mean is not in the file: it begins as 0"});
  norm.push_back({"y.running_mean", spec::Tensor<float>({3}, {1, 1, 1})});
  norm.push_back({"y.running_var", spec::Tensor<float>({3}, {4, 4, 4})});
  save("n.safetensors", norm);
  EXPECT_EQ(audited("n.graphspec --params n.safetensors", {}).find("not in the file"), std::string::npos);
}

TEST_F(ModelFile, ParamsThatDiffer) {
  const auto differ = [&](const List& list, const std::string& expected) {
    save("d.safetensors", list);
    refused("model m.graphspec --params d.safetensors", expected);
  };
  differ({{"0.y.weight", spec::Tensor<float>({3, 2}, std::vector<float>(6, 1))},
          {"0.z.bias", spec::Tensor<float>({3}, {0, 0, 0})}},
         "d.safetensors: 0.y.weight: found F32 [3, 2], expected F32 [3, 3]; 0.y.bias: found none, expected F32 [3]; "
         "0.z.bias: found F32 [3], expected no such tensor");
  List both = identity("a."), nan = identity("y.");
  for (auto& p : both) p.name.insert(2, "y.");
  List twice = both;
  for (auto& p : both) twice.push_back({"b" + p.name.substr(1), p.value});
  differ(twice, "d.safetensors: names: found the prefixes a., b., expected one");
  nan.front().value = spec::Tensor<float>({3, 3}, std::vector<float>(9, std::numeric_limits<float>::quiet_NaN()));
  differ(nan, "tensor y.weight: element 0: found nan, expected a finite number");
  const runtime::TensorList<double> wide{{"y.weight", spec::Tensor<double>({3, 3}, std::vector<double>(9, 1))},
                                         {"y.bias", spec::Tensor<double>({3}, {0, 0, 0})}};
  ASSERT_TRUE(runtime::io::write_safetensors(at("w.safetensors").string(), wide));
  refused("model m.graphspec --params w.safetensors", "y.weight: found F64 [3, 3], expected F32 [3, 3]");
  write("cut.safetensors", content(at("m.safetensors")).substr(0, 20));
  refused("model m.graphspec --params cut.safetensors", "cut.safetensors");
  refused("model m.graphspec --params none.safetensors", "none.safetensors");
}

TEST_F(ModelFile, DataThatDoNotFit) {
  write("wide.csv", "1,2,3,4,5\n1,2,3,4,5\n");
  refused("model m.graphspec --data wide.csv",
          "wide.csv: line 1: found 5 columns, expected 4 (3 of x, 1 of labels) or 6 (3 of x, 3 of targets)");
  refused("model m.graphspec --data labels.csv --loss mse", "found 4 columns, expected 6 (3 of x, 3 of targets)");
  write("label.csv", "1,0,0,0\n0,2,0,3\n");
  refused("model m.graphspec --data label.csv",
          "label.csv: line 2: column 4: found label 3, expected an integer from 0 to 2");
  refused("model m.graphspec --data labels.csv --batch 5",
          "--batch: found 5, expected at most the 4 rows of labels.csv");
  refused("model m.graphspec --data labels.csv --scale 1e300",
          "labels.csv: line 1: column 1: found 1, expected a number within float32");
  refused("model m.graphspec --data none.csv", "none.csv");
  refused("model m.graphspec --loss mze", "--loss: found mze");
  refused("model m.graphspec --optim adm", "unknown optimiser adm; did you mean adam");
  refused("model m.graphspec --optim adam lr=0.1 --lr 0.2", "--lr: found 0.2 beside lr of --optim");
  refused("model m.graphspec --scale 0", "--scale: found 0, expected a finite number other than 0");
  refused("model m.graphspec --scale 2", "--scale: found 2, expected none: there is no --data");
}

TEST_F(ModelFile, OptionsWithoutAnEffect) {
  write("two.graphspec",
        "plumbline.graphspec/1\nx = input [2, 3]\nz = input [2, 3]\ny = x >> linear out_features=3\n"
        "s = add(y, z)\noutput s\n");
  audited("two.graphspec", {"nothing is trained: 2 inputs; its graph, there and back once, on data made from seed 1"});
  audited("two.graphspec --params m.safetensors", {"params from m.safetensors"});
  refused("model two.graphspec --lr 0.1", "--lr: found 0.1, expected none: nothing is trained: 2 inputs");
  refused("model two.graphspec --data labels.csv", "--data: found labels.csv, expected none: nothing is trained");
  write("relu.graphspec", "plumbline.graphspec/1\nx = input [2, 3]\ny = relu(x)\noutput y\n");
  audited("relu.graphspec --batch 5", {"nothing is trained: no parameters that learn", "[5, 3]"});
  refused("model relu.graphspec --params m.safetensors", "--params: found m.safetensors, expected none");
  write("out.graphspec",
        "plumbline.graphspec/1\nx = input [2, 3]\ny = x >> linear out_features=3\noutput y\noutput x\n");
  audited("out.graphspec", {"mse of the first output, and the mean squares of 1 more"});
  refused("model out.graphspec --data labels.csv",
          "--data: found labels.csv, expected none: data are made for 2 outputs");
  write("g.graph", "plumbline.graph/1\nx = input [2]\ny = exp(x)\noutput y\n");
  refused("model g.graph --steps 4", "--steps: found 4, expected none: nothing is trained: the file holds a graph");
  refused("model iris-mlp --params m.safetensors", "--params: found m.safetensors, expected none: a model by name");
}

}  // namespace plumbline::crosscheck
