// Trains a small classifier of handwritten digits with libtorch alone and saves it as
// a TorchScript file, without Python.
//
//   mote-example-digits digits_train.csv digits.pt
//
// The file takes 64 grey values (0 to 16) a row and yields the probability of each
// digit. Run again with the same libtorch, it writes the same weights.
#include <torch/script.h>
#include <torch/torch.h>

#include <charconv>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "common/csv.h"

namespace {

constexpr int64_t kPixels = 64;
constexpr int64_t kHidden = 48;
constexpr int64_t kDigits = 10;
constexpr int kSteps = 400;

struct Digits {
  at::Tensor pixels;  // f32 [rows, 64]
  at::Tensor labels;  // i64 [rows]
};

// 64 columns of pixels, then the label.
Digits ReadDigits(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  TORCH_CHECK(file, path, ": cannot be read");
  std::stringstream stream;
  stream << file.rdbuf();
  const std::string text = stream.str();
  mote::CsvScanner scanner(text, ',');
  std::vector<std::string_view> cells;
  TORCH_CHECK(scanner.Next(&cells).value_or(false), path, ": has no header");
  std::vector<float> values;
  std::vector<int64_t> labels;
  while (scanner.Next(&cells).value_or(false)) {
    TORCH_CHECK(cells.size() == kPixels + 1, path, ": row ", labels.size(), " has ", cells.size(), " columns");
    for (const std::string_view cell : cells) {
      float value = 0;
      TORCH_CHECK(std::from_chars(cell.data(), cell.data() + cell.size(), value).ec == std::errc(), path, ": \"",
                  std::string(cell), "\" is not a number");
      values.push_back(value);
    }
    labels.push_back(static_cast<int64_t>(values.back()));
    values.pop_back();
  }
  const auto rows = static_cast<int64_t>(labels.size());
  return {torch::tensor(values).view({rows, kPixels}), torch::tensor(labels)};
}

// Full batches: 1,297 images are few.
std::vector<at::Tensor> Train(const Digits& digits) {
  torch::manual_seed(7);
  torch::nn::Linear first(kPixels, kHidden), second(kHidden, kDigits);
  std::vector<at::Tensor> parameters = {first->weight, first->bias, second->weight, second->bias};
  torch::optim::AdamW optimizer(parameters, torch::optim::AdamWOptions(0.01).weight_decay(0.05));
  for (int step = 0; step < kSteps; ++step) {
    optimizer.zero_grad();
    const at::Tensor logits = second(torch::relu(first(digits.pixels / 16)));
    const at::Tensor loss = torch::nn::functional::cross_entropy(logits, digits.labels);
    loss.backward();
    optimizer.step();
    if ((step + 1) % 100 == 0) std::cout << "step " << step + 1 << ", loss " << loss.item<double>() << "\n";
  }
  return parameters;
}

void Save(const std::vector<at::Tensor>& parameters, const std::string& path) {
  torch::jit::Module module("Digits");
  const char* names[] = {"w1", "b1", "w2", "b2"};
  for (size_t i = 0; i < parameters.size(); ++i) module.register_parameter(names[i], parameters[i].detach(), false);
  module.define(R"(
    def forward(self, pixels):
        hidden = torch.relu(torch.addmm(self.b1, pixels / 16.0, torch.t(self.w1)))
        return torch.softmax(torch.addmm(self.b2, hidden, torch.t(self.w2)), 1)
  )");
  module.save(path);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: mote-example-digits TRAIN_CSV MODEL_PT\n";
    return 2;
  }
  try {
    at::set_num_threads(1);
    Save(Train(ReadDigits(argv[1])), argv[2]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
