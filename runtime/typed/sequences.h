// Layers of sequences whose extents are part of their type: embeddings, positions, attention, recurrences.
#pragma once

#include "runtime/typed/layers.h"

namespace plumbline::runtime::typed {

namespace sequence_check {
template <Index is>
struct last_dimension_is {
  template <Index expected>
  struct layer_expects {
    static_assert(is == expected, "sequence: last dimension is not what the layer expects");
    static constexpr bool checked = true;
  };
};
template <Index below>
struct indices_below {
  template <Index vocabulary>
  struct vocabulary_is {
    static_assert(below <= vocabulary, "embedding: indices reach beyond the vocabulary");
    static constexpr bool checked = true;
  };
};
template <Index last>
struct positions_end_at {
  template <Index positions>
  struct layer_has {
    static_assert(last <= positions, "learned_positions: the sequence is longer than the positions");
    static constexpr bool checked = true;
  };
};

// [.., T, width]
template <class In, Index width>
constexpr bool is_sequence() {
  static_assert(In::rank >= 2, "sequence: the input is not [.., T, width]");
  static_assert(last_dimension_is<In::back(0)>::template layer_expects<width>::checked);
  return true;
}
}  // namespace sequence_check

// Rows of a table [vocabulary, width]: of indices [..], or weighed by distributions [.., vocabulary]; → [.., width]
template <Index vocabulary, Index width>
struct Embedding {
  static constexpr bool takes_indices = true;
  nn::Embedding config = {};

  template <class In>
  struct On {
    static_assert(In::rank > 0, "embedding: the input has no axis");
    static_assert(sequence_check::last_dimension_is<In::back(0)>::template layer_expects<vocabulary>::checked);
    using type = WithLast<In, width>;
  };
  template <Index below, Index... n>
  struct On<Indices<below, n...>> {
    static_assert(sequence_check::indices_below<below>::template vocabulary_is<vocabulary>::checked);
    using type = Shape<n..., width>;
  };
  nn::Layer layer() const {
    nn::Embedding l = config;
    l.num_embeddings = vocabulary, l.embedding_dim = width;
    return l;
  }
};

// x [.., T, width] plus T rows of a table [positions, width], from row `start` on.
template <Index positions, Index width, Index start = 0>
struct LearnedPositions {
  static_assert(start >= 0, "learned_positions: the first position is negative");
  nn::LearnedPositions config = {};

  template <class In>
  struct On {
    static_assert(sequence_check::is_sequence<In, width>());
    static_assert(sequence_check::positions_end_at<start + In::back(1)>::template layer_has<positions>::checked);
    using type = In;
  };
  nn::Layer layer() const {
    nn::LearnedPositions l = config;
    l.max_len = positions, l.embedding_dim = width, l.start = start;
    return l;
  }
};

// Positions that are computed: added as sines and cosines, or pairs of the last axis rotated. [.., T, d] → itself
template <class Config>
struct Positions {
  Config config = {};

  template <class In>
  struct On {
    static_assert(In::rank >= 2, "positions: the input is not [.., T, d]");
    using type = In;
  };
  nn::Layer layer() const { return config; }
};
using SinusoidalPositions = Positions<nn::SinusoidalPositions>;
using RotaryPositions = Positions<nn::RotaryPositions>;

// x [.., T, width] attends to itself.
template <Index width, Index heads>
struct MultiheadAttention {
  static_assert(heads > 0 && width % heads == 0, "multihead_attention: heads do not divide the width");
  nn::MultiheadAttention config = {};

  template <class In>
  struct On {
    static_assert(sequence_check::is_sequence<In, width>());
    using type = In;
  };
  nn::Layer layer() const {
    nn::MultiheadAttention l = config;
    l.embed_dim = width, l.num_heads = heads;
    return l;
  }
};

// [.., T, width] → itself
template <Index width, Index heads, Index feedforward>
struct TransformerEncoderLayer {
  static_assert(heads > 0 && width % heads == 0, "transformer_encoder_layer: heads do not divide the width");
  nn::TransformerEncoderLayer config = {};

  template <class In>
  struct On {
    static_assert(sequence_check::is_sequence<In, width>());
    using type = In;
  };
  nn::Layer layer() const {
    nn::TransformerEncoderLayer l = config;
    l.d_model = width, l.nhead = heads, l.dim_feedforward = feedforward;
    return l;
  }
};

// [T, .., in] → [T, .., hidden], by the cell that the configuration names; twice as wide both ways.
template <Index in, Index hidden, bool bidirectional = false>
struct Recurrent {
  nn::Recurrent config = {};

  template <class In>
  struct On {
    static_assert(In::rank == 2 || In::rank == 3, "recurrent: the input is not [T, in] or [T, N, in]");
    static_assert(sequence_check::last_dimension_is<In::back(0)>::template layer_expects<in>::checked);
    using type = WithLast<In, bidirectional ? 2 * hidden : hidden>;
  };
  nn::Layer layer() const {
    nn::Recurrent l = config;
    l.input_size = in, l.hidden_size = hidden, l.bidirectional = bidirectional;
    return l;
  }
};

}  // namespace plumbline::runtime::typed
