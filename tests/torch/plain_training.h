// Training by plain libtorch, in one process, without a planner or a kernel: what `train`
// is compared with.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "common/table.h"
#include "worker/engine/torch_kernels/compat.h"
#include "worker/engine/torch_kernels/mlp_spec.h"

namespace mote::testing {

template <class Spec>
std::vector<at::Tensor> Leaves(const Spec& spec, const std::vector<float>& weights) {
  std::vector<at::Tensor> leaves;
  const at::Tensor flat = torch::tensor(weights);
  for (const auto& parameter : spec.Parameters()) {
    leaves.push_back(
        flat.narrow(0, parameter.offset, parameter.count).reshape(parameter.shape).clone().requires_grad_(true));
  }
  return leaves;
}

inline at::Tensor Forward(at::Tensor x, const std::vector<at::Tensor>& leaves) {
  for (size_t i = 0; i < leaves.size(); i += 2) {
    x = at::linear(i == 0 ? x : at::tanh(x), leaves[i], leaves[i + 1]);
  }
  return x;
}

struct Example {
  std::vector<float> x;
  int64_t label;
};

inline std::vector<Example> Examples(const Table& table) {
  const TableView view = TableView::Open(table.schema, table.rows, table.bytes).value();
  std::vector<Example> examples;
  for (int64_t row = 0; row < table.rows; ++row) {
    Example example{std::vector<float>(view.Cell(row, 1).size() / sizeof(float)),
                    static_cast<int64_t>(view.Number(row, 2))};
    std::memcpy(example.x.data(), view.Cell(row, 1).data(), view.Cell(row, 1).size());
    examples.push_back(example);
  }
  return examples;
}

// Summed gradient of the rows at `positions`, flat.
inline at::Tensor SummedGradient(const std::vector<Example>& examples, const std::vector<int64_t>& positions,
                                 const std::vector<at::Tensor>& leaves) {
  std::vector<float> x;
  std::vector<int64_t> labels;
  for (const int64_t position : positions) {
    x.insert(x.end(), examples[position].x.begin(), examples[position].x.end());
    labels.push_back(examples[position].label);
  }
  const at::Tensor input = torch::tensor(x).view({static_cast<int64_t>(labels.size()), -1});
  const at::Tensor loss = at::cross_entropy_loss(Forward(input, leaves), torch::tensor(labels), {}, at::Reduction::Sum);
  std::vector<at::Tensor> flat;
  for (const at::Tensor& gradient : torch::autograd::grad({loss}, leaves)) flat.push_back(gradient.reshape({-1}));
  return at::cat(flat);
}

}  // namespace mote::testing
