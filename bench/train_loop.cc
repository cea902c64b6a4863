// mote-train-loop: mini-batch training by libtorch alone, the bound that mote is held to.
//
//   mote-train-loop make CSV ROWS    61 columns of whole numbers and a class, for `prepare`
//   mote-train-loop run ROWS BATCH CHUNK STEPS
//
// `run` trains the MLP 61→256→256→2 by AdamW on rows that it draws and keeps in memory, with
// one thread. A step takes the next BATCH rows of a random order, CHUNK at a time, adds their
// gradients up and applies the optimizer. It prints "ready" after two steps, waits for a line
// on stdin, and then one JSON object: seconds of STEPS steps.
#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "common/freed_memory.h"

namespace {

constexpr int64_t kIn = 61, kHidden = 256, kOut = 2;

// Thousandths, as whole numbers: written several times as fast as fractions. The class
// follows from three of the columns.
void MakeRows(const std::string& path, int64_t rows) {
  std::ofstream out(path, std::ios::binary);
  std::string line;
  for (int64_t column = 0; column < kIn; ++column) line += "f" + std::to_string(column) + ",";
  out << line << "class\n";
  std::mt19937_64 random(1);
  for (int64_t row = 0; row < rows; ++row) {
    line.clear();
    std::array<int64_t, kIn> values;
    for (int64_t& value : values) {
      value = static_cast<int64_t>(random() % 2001) - 1000;
      line += std::to_string(value);
      line += ',';
    }
    line += values[0] * values[1] + 500 * values[2] > 0 ? "yes\n" : "no\n";
    out << line;
  }
  TORCH_CHECK(out.flush(), path, ": cannot be written");
}

struct Rows {
  at::Tensor x;
  at::Tensor labels;
};

std::vector<at::Tensor> FirstWeights() {
  std::vector<at::Tensor> weights;
  const std::vector<std::pair<int64_t, int64_t>> layers = {{kIn, kHidden}, {kHidden, kHidden}, {kHidden, kOut}};
  for (const auto& [in, out] : layers) {
    const double bound = 1.0 / std::sqrt(static_cast<double>(in));
    weights.push_back(torch::empty({out, in}).uniform_(-bound, bound).requires_grad_(true));
    weights.push_back(torch::empty({out}).uniform_(-bound, bound).requires_grad_(true));
  }
  return weights;
}

// Adds the gradient of the mean loss over the batch to what the weights hold.
void AddGradient(const Rows& rows, const at::Tensor& chosen, double batch, const std::vector<at::Tensor>& weights) {
  at::Tensor x = rows.x.index_select(0, chosen);
  for (size_t i = 0; i < weights.size(); i += 2) {
    x = at::linear(i > 0 ? at::relu(x) : x, weights[i], weights[i + 1]);
  }
  const at::Tensor loss =
      at::cross_entropy_loss(x, rows.labels.index_select(0, chosen), {}, at::Reduction::Sum) / batch;
  loss.backward();
}

void Run(int64_t row_count, int64_t batch, int64_t chunk, int64_t steps) {
  at::set_num_threads(1);
  mote::KeepFreedMemory();  // as engines do
  torch::manual_seed(7);
  const Rows rows{torch::randn({row_count, kIn}), torch::randint(0, kOut, {row_count}, at::kLong)};
  const std::vector<at::Tensor> weights = FirstWeights();
  torch::optim::AdamW optimizer(weights, torch::optim::AdamWOptions(0.001));
  at::Tensor order = torch::randperm(row_count, at::kLong);
  int64_t at = 0;
  const auto step = [&] {
    if (at + batch > row_count) {
      order = torch::randperm(row_count, at::kLong);
      at = 0;
    }
    optimizer.zero_grad();
    for (int64_t begin = at; begin < at + batch; begin += chunk) {
      const int64_t size = std::min(chunk, at + batch - begin);
      AddGradient(rows, order.narrow(0, begin, size), static_cast<double>(batch), weights);
    }
    optimizer.step();
    at += batch;
  };
  for (int i = 0; i < 2; ++i) step();
  std::cout << "ready" << std::endl;
  std::string go;
  std::getline(std::cin, go);
  const auto start = std::chrono::steady_clock::now();
  for (int64_t i = 0; i < steps; ++i) step();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("{\"steps\": %lld, \"seconds\": %.4f}\n", static_cast<long long>(steps), seconds);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  try {
    if (verb == "make" && argc == 4) {
      MakeRows(argv[2], std::atoll(argv[3]));
    } else if (verb == "run" && argc == 6) {
      Run(std::atoll(argv[2]), std::atoll(argv[3]), std::atoll(argv[4]), std::atoll(argv[5]));
    } else {
      std::cerr << "usage: mote-train-loop make CSV ROWS | run ROWS BATCH CHUNK STEPS\n";
      return 2;
    }
  } catch (const std::exception& error) {
    std::cerr << "mote-train-loop: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
