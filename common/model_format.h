// In which formats models are stored: a blob's format (Output::schema) says how an engine
// opens it.
#pragma once

namespace mote {

inline constexpr char kNativeModel[] = "native";            // what train wrote: a safetensors file
inline constexpr char kTorchScriptModel[] = "torchscript";  // any module
inline constexpr char kTreesModel[] = "trees";              // what forest and boost wrote
inline constexpr char kEnsembleModel[] = "ensemble";        // what ensemble wrote: models and their weights

}  // namespace mote
