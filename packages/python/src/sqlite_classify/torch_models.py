"""PyTorch models become the contents of the column `weights`, and back: from_torch(), to_torch().

PyTorch's GRU has its gates in the order r, z, n, and its matrices transposed. PyTorch is not imported before a function
needs it.
"""
import collections.abc
import dataclasses
import functools
import inspect
import re

import numpy as np

from . import arguments, conversion, scaling, verification, vocabularies, weights as weights_file
from .conversion import GRU_PADDINGS, ATTENTION_PADDINGS

CELL = re.compile(r"(.*?)weight_ih_l(\d+)(_reverse)?$")  # of nn.GRU, nn.LSTM and nn.RNN
HINT = "; such is a sigmoid over two units, too"
POOLINGS = ("attention", "max", "mean")
SAY_ATTENTION = "or say attention="


def from_torch(module, vocabulary, labels, tokenizer=None, padding="post", max_tokens=None, *, truncating=None,
               unknown=None, pad=None, attention=None, pooling=None, gru_padding=None, attention_padding=None,
               forward=None):
    """The contents of `weights` for a PyTorch model: bytes.

    module       an nn.Module, or its state_dict(). Its parameters, found by their shapes:
                   embedding   [rows][E], an nn.Embedding
                   GRU         one nn.GRU with num_layers=1, in one direction or both; or none
                   attention   softmax(h . W + b) over the states h, and their sum with these weights: an
                               nn.Linear(S, 1) or a parameter [S], [S][1] or [1][S]; b [T], [T][1], [1] or none
                   output      the last nn.Linear(S, labels), or nn.Linear(S, 1) for a sigmoid (two labels)
    vocabulary   the words in the order of the embedding's rows, or a dict from words to rows.
    labels       a str, int or float for each row of the output; for a sigmoid [label of 0, label of 1].
    tokenizer    how texts are cut: a value of the metadata `tokenize`; None: the extension's own tokenizer.
    padding      where padding stands: "post", "pre", or None if texts are never padded.
    max_tokens   how many tokens the model reads, T; needed if no bias of attention says it.
    truncating   what is read of longer texts: "post", the first tokens; "pre", the last. None: the same as `padding`.
    unknown      how words outside the vocabulary are read: "skip" (left out), "padding" (as padding), or a word of the
                 vocabulary or its number. None: '[UNK]', '<unk>', '<UNK>', '<OOV>' or '[OOV]', if it is there.
    pad          padding's word or number; None: padding_idx of the nn.Embedding, or '', '[PAD]', '<pad>' and such.
    attention    the names of attention's parameters, such as ("att.weight",) or ("W", "b"), if shapes do not tell.
    pooling      "attention", "max" or "mean"; None: attention if it has weights, else what the module computes.
    gru_padding  "read": padding is a word as any other; "carry": it leaves the state as it is; "zero": the state at
                 padding is 0, as in packed sequences. None: what the module computes.
    attention_padding  "read", or "skip": padding has no weight. None: what the module computes.
    forward      a function that gives logits or probabilities for ids [texts][tokens] (and the texts' lengths, if it
                 takes two arguments). None: the module itself.

    The module is run on some random texts and compared with what SQL would compute of them. A state_dict without
    `forward` cannot be run and is taken at its word: it needs gru_padding and attention_padding (unless padding is
    None), and pooling if there is no attention. What is not supported, or does not fit, is named by a ValueError or
    TypeError. PyTorch itself is needed to run a module only.
    """
    for name, value, expected in (("padding", padding, ("post", "pre", None)), ("pooling", pooling, (*POOLINGS, None)),
                                  ("truncating", truncating, ("post", "pre", None)),
                                  ("gru_padding", gru_padding, (*GRU_PADDINGS, None)),
                                  ("attention_padding", attention_padding, (*ATTENTION_PADDINGS, None))):
        conversion.check_choice(name, value, expected)
    max_tokens, module = conversion.check_max_tokens(max_tokens), arguments.unwrapped(module)
    arguments.check_module(module)
    arguments.check_attention(attention)
    arguments.check_tokenizer(tokenizer)
    state, labels = _state(module), arguments.labels_in_order(labels)
    known = vocabularies.from_words(vocabulary, _padding_number(module, pad), unknown)
    arguments.warn_of_standing_words(known.words)
    names = _find(state, _embedding_name(module), len(known.words), len(labels), attention)
    is_run = forward is not None or not isinstance(module, collections.abc.Mapping)
    _check_precision(module)
    possible_parts = _possible_parts(state, names, pooling)
    parts = possible_parts[0]
    conversion.check_finite(parts)
    conversion.check_rows(known, len(parts.embedding), repr(names.embedding))
    labels = conversion.check_labels(labels, len(parts.output_bias), repr(names.output))
    _check_padding(known, padding)
    reading = conversion.Reading(
        conversion.choose_tokenize(tokenizer, known), _max_tokens(parts, max_tokens), padding,
        truncating or padding or "post", "read" if padding is None else gru_padding,
        "read" if padding is None else attention_padding)
    if not is_run:
        _check_roles(state, names, attention)
        _check_nothing_is_open(reading, possible_parts)
        reading.padding_by_place = reading.gru_padding == "zero"  # packed sequences end where a text ends
        return weights_file.write(conversion.assemble(parts, reading, known, labels))
    run = _runner(module, forward)

    def verified(names):
        blamed = f"the module ({', '.join(names.attention) or 'no weights of attention'})"
        original = verification.Original(run, verification.OUTPUTS, blamed, parts.attention_bias is not None,
                                       known.numbers(), _scale(module, names), HINT)
        return verification.verified(_possible_parts(state, names, pooling), reading, known, labels, original)

    return weights_file.write(_first_that_is_right(verified, _all_names(state, names, attention)))


def _first_that_is_right(verified, all_names):
    """The Model of the first of these names that the module confirms; the first one's ValueError if none is."""
    first = None
    for names in all_names:
        try:
            return verified(names)
        except ValueError as error:
            first = first or error
    raise first


# ---- finding the parameters ----

@dataclasses.dataclass
class _Names:
    """The names of parameters: `gru` is what stands before weight_ih_l0, None without a GRU; `attention` has one or two
    names, W first, or none."""
    embedding: str
    gru: str
    output: str
    attention: list


def _state(module):
    """Names and arrays of all parameters. Buffers are none; a state_dict has them too."""
    state = module if isinstance(module, collections.abc.Mapping) else None
    if state is None and hasattr(module, "named_parameters"):
        state = dict(module.named_parameters(remove_duplicate=False))
    if not state:
        raise TypeError(f"the module is of type {type(module).__name__}, expected an nn.Module with parameters, or its "
                        "state_dict()")
    return {name: _to_numpy(name, value) for name, value in state.items()}


def _to_numpy(name, value):
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        return (value.float() if value.is_floating_point() else value).numpy()
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{name!r} of the state_dict is of type {type(value).__name__}, expected a tensor")
    return value


def _embeddings(module):
    """The nn.Embedding layers of a module and their names; none for a state_dict."""
    modules = module.named_modules() if hasattr(module, "named_modules") else []
    return {name: layer for name, layer in modules if type(layer).__name__ == "Embedding"}


def _embedding_name(module):
    found = _embeddings(module)
    if len(found) > 1:
        raise ValueError(f"the module has {len(found)} nn.Embedding ({', '.join(map(repr, found))}), expected one")
    for name, layer in found.items():
        if layer.max_norm is not None:
            raise ValueError(f"nn.Embedding {name!r} has max_norm={layer.max_norm}, which changes its rows when they "
                             "are read, expected None: scale the rows once, weight.copy_(torch.renorm(weight, "
                             f"{layer.norm_type:g}, 0, {layer.max_norm:g})), and set max_norm to None")
    return next((f"{name}.weight".lstrip(".") for name in found), None)


def _padding_number(module, pad):
    if pad is not None:
        return pad
    return next((layer.padding_idx for layer in _embeddings(module).values()), None)


def _find(state, embedding, words, labels, attention):
    """The _Names of the parameters. ValueError names those that belong to no part."""
    gru = _find_gru(state)
    rest = [name for name in state if not _is_cell(name, gru)]
    embedding = embedding or _find_embedding(state, rest, gru, words)
    size = _state_size(state, gru, embedding)
    rest = [name for name in rest if name != embedding]
    output = _find_output(state, rest, size, labels, attention)
    rest = [name for name in rest if name not in (output, _bias_of(output))]
    return _Names(embedding, gru, output, _find_attention(state, rest, size, attention))


def _find_output(state, names, size, labels, attention):
    """The last nn.Linear with a row for each label; else the last with several rows, to be refused; else, for a
    sigmoid, the last."""
    found = [name for name in names if name.endswith("weight") and name not in (attention or ())
             and state[name].ndim == 2 and state[name].shape[1] == size]
    if not found:
        raise ValueError(f"the module has no nn.Linear that reads the {size} numbers of the pooled states, among "
                         f"{_shapes(state, names)}; {SAY_ATTENTION}")
    fitting = [name for name in found if len(state[name]) == labels > 1]
    return (fitting or [name for name in found if len(state[name]) > 1] or found)[-1]


def _all_names(state, names, attention):
    """The same, and with the output and attention changed about, if their shapes do not tell which is which."""
    if attention or not names.attention or state[names.output].shape != state[names.attention[0]].shape:
        return [names]
    changed = dataclasses.replace(names, output=names.attention[0], attention=[names.output, *names.attention[1:]])
    return [names, changed]


def _find_gru(state):
    """What stands before weight_ih_l0 of the only GRU; None without one."""
    cells = [match.groups() for match in map(CELL.match, state) if match]
    prefixes = sorted({prefix for prefix, _, _ in cells})
    if len(prefixes) > 1:
        raise ValueError(f"there are {len(prefixes)} recurrent layers ({', '.join(map(repr, prefixes))}), expected one "
                         "GRU")
    layers = 1 + max((int(layer) for _, layer, _ in cells), default=0)
    if layers > 1:
        raise ValueError(f"the recurrent layer {prefixes[0].rstrip('.')!r} has num_layers={layers}, expected 1")
    if not cells:
        return None
    rows, size = state[prefixes[0] + "weight_hh_l0"].shape
    if rows != 3 * size:
        kind = {4: "an LSTM", 1: "a simple RNN"}.get(rows // size, "no GRU")
        raise ValueError(f"the recurrent layer {prefixes[0].rstrip('.')!r} is {kind}: weight_hh_l0 has the shape "
                         f"{(rows, size)}, expected a GRU with {(3 * size, size)}")
    return prefixes[0]


def _is_cell(name, gru):
    return gru is not None and re.fullmatch(re.escape(gru) + r"(weight|bias)_(ih|hh)_l0(_reverse)?", name) is not None


def _find_embedding(state, names, gru, words):
    """The embedding of a state_dict: by its width, its height and its name, as far as they are needed."""
    width = state[gru + "weight_ih_l0"].shape[1] if gru is not None else None
    found = [name for name in names if state[name].ndim == 2 and width in (None, state[name].shape[1])]
    for narrower in (lambda name: "emb" in name.lower(), lambda name: len(state[name]) == words):
        if len(found) > 1:
            found = [name for name in found if narrower(name)] or found
    if len(found) != 1:
        raise ValueError(f"which parameter is the embedding? Expected one of the shape (rows, {width or 'E'}), found "
                         f"{_shapes(state, found)}")
    return found[0]


def _state_size(state, gru, embedding):
    if gru is None:
        return state[embedding].shape[1]
    return state[gru + "weight_hh_l0"].shape[1] * (2 if gru + "weight_hh_l0_reverse" in state else 1)


def _find_attention(state, names, size, given):
    """The names of W and of the bias with a number for each token, if they are there."""
    missing = [name for name in given or () if name not in names]
    if missing:
        raise ValueError(f"attention={tuple(given)!r}: there is no {missing[0]!r} among {_shapes(state, names)}")
    if given:
        kernels, names = list(given[:1]), list(given)
    else:
        kernels = [name for name in names if state[name].shape in ((size,), (size, 1), (1, size))]
        kernels = sorted(kernels, key=lambda name: state[name].ndim, reverse=True)[:1]
    biases = [name for name in names if name not in kernels and state[name].size > 1]
    wrong = biases if not kernels else [name for name in biases if max(state[name].shape) != state[name].size]
    if wrong or len(biases) > 1:
        names = _shapes(state, wrong or biases)
        raise ValueError(f"the parameters {names} belong to no part that is supported, expected an embedding, a GRU, "
                         f"attention (W of {size} numbers, b with a number for each token or one) and one nn.Linear; "
                         f"hidden layers are not supported; {SAY_ATTENTION}")
    return kernels + biases


def _shapes(state, names):
    return ", ".join(f"{name!r} {tuple(state[name].shape)}" for name in names) or "none"


def _bias_of(weight):
    return weight[:-len("weight")] + "bias"


def _check_precision(module):
    """ValueError for a module that reckons with so few digits that its results cannot be compared."""
    for name, parameter in module.named_parameters() if hasattr(module, "named_parameters") else ():
        if parameter.is_floating_point() and parameter.element_size() < 4:
            raise ValueError(f"{name!r} of the module is {parameter.dtype}, expected torch.float32: give "
                             "module.float()")


# ---- parameters to parts ----

def _possible_parts(state, names, pooling):
    """The Parts that the module may have, the likelier first."""
    parts = conversion.Parts(state[names.embedding], pooling=pooling or ("attention" if names.attention else "max"))
    if names.gru is not None:
        parts.forward, parts.backward = (_direction(state, names.gru, suffix) for suffix in ("", "_reverse"))
    kernel = state[names.output].T
    bias = state.get(_bias_of(names.output), np.zeros(kernel.shape[1], "f4"))
    if kernel.shape[1] == 1:  # a sigmoid: the first label's logit is 0
        kernel, bias = np.concatenate([np.zeros_like(kernel), kernel], axis=1), np.append(np.zeros_like(bias), bias)
    parts.output_kernel, parts.output_bias = kernel, bias
    if parts.pooling != "attention":
        return [parts] if pooling else [parts, dataclasses.replace(parts, pooling="mean")]
    if not names.attention:
        raise ValueError("pooling='attention', but there are no weights of attention")
    parts.attention_kernel, *biases = (state[name].reshape(-1) for name in names.attention)
    parts.attention_bias = biases[0] if biases else None
    # b [T] added to scores [B][T][1] is a constant for each text's tokens. That works if T is S by chance.
    by_chance = biases and state[names.attention[1]].ndim == 1 and len(biases[0]) == len(parts.attention_kernel)
    return [parts, dataclasses.replace(parts, attention_bias=None)][:2 if by_chance else 1]


def _direction(state, gru, suffix):
    """(kernel, recurrent_kernel, bias) of one direction, None if it is not there."""
    if gru + "weight_ih_l0" + suffix not in state:
        return None
    kernel, recurrent = (_gates(state[f"{gru}weight_{part}_l0{suffix}"]).T for part in ("ih", "hh"))
    none = np.zeros(kernel.shape[1], "f4")
    biases = [state.get(f"{gru}bias_{part}_l0{suffix}", none) for part in ("ih", "hh")]
    return kernel, recurrent, np.stack([_gates(bias) for bias in biases])


def _gates(rows):
    """The gates r, z, n as z, r, n, or the other way round."""
    first, second, third = np.split(rows, 3)
    return np.concatenate([second, first, third])


# ---- how texts are read ----

def _check_padding(vocabulary, padding):
    if padding is not None and vocabulary.padding is None:
        raise ValueError(f"which number is padding's? vocabulary[0] is {vocabulary.words[0]!r}, expected '' or "
                         "'<pad>', or an nn.Embedding with padding_idx; pad= names another word, padding=None says "
                         "that texts are never padded")


def _max_tokens(parts, max_tokens):
    tokens = None if parts.attention_bias is None else len(parts.attention_bias)
    if tokens is None and max_tokens is None:
        raise ValueError("how many tokens does the model read? Its parameters do not say it: say max_tokens=")
    if None not in (tokens, max_tokens) and tokens != max_tokens:
        raise ValueError(f"max_tokens is {max_tokens}, but the bias of attention has {tokens} numbers")
    return tokens or max_tokens


def _check_roles(state, names, attention):
    """ValueError if two parameters have one shape, so that each may be what the other is."""
    pairs = [(names.attention[0], names.output)] if names.attention else []
    pairs += [names.attention] if len(names.attention) == 2 else []
    for first, second in () if attention else pairs:
        if state[first].shape == state[second].shape:
            raise ValueError(f"which is W of attention, {first!r} or {second!r}? Both have the shape "
                             f"{tuple(state[first].shape)}, and a state_dict does not say it: say attention= the name "
                             f"of W, such as ({first!r},), and that of b if there is one; or give the module itself")


def _check_nothing_is_open(reading, possible_parts):
    """ValueError if something is left open that only running can tell."""
    for parameter, expected in (("gru_padding", GRU_PADDINGS), ("attention_padding", ATTENTION_PADDINGS)):
        unused = parameter == "gru_padding" and not conversion.has_gru(possible_parts[0])
        if getattr(reading, parameter) is None and not unused:
            raise ValueError(f"how is padding read? A state_dict does not say it: say {parameter}="
                             f"{' or '.join(map(repr, expected))}, or give forward=")
    if len(possible_parts) > 1 and possible_parts[0].pooling == "attention":
        raise ValueError("b of attention has as many numbers as W: is one added to each position? A state_dict does "
                         "not say it: give the module itself, or forward=")
    if len(possible_parts) > 1:
        raise ValueError("how are states pooled? A state_dict without attention does not say it: say pooling='max' or "
                         "'mean', or give forward=")


# ---- running it ----

def _runner(module, forward):
    """A function from numbers [texts][tokens] and the texts' lengths to what the module gives."""
    call, count = forward or module, _count_arguments(forward or module)

    def run(ids, lengths):
        import torch

        training, device = getattr(module, "training", False), _device(module)
        try:
            if training:
                module.eval()
            with torch.no_grad():
                ids = torch.as_tensor(ids, dtype=torch.long, device=device)
                values = call(ids, torch.as_tensor(lengths)) if count == 2 else call(ids)
            return _as_matrix(values, len(ids))
        except (RuntimeError, TypeError, IndexError, AttributeError) as error:
            if not min(lengths):  # packed sequences must not be empty
                return None
            raise ValueError(f"the module cannot be run on ids of the shape {tuple(ids.shape)}: {error}; give "
                             "forward=") from error
        finally:
            if training:
                module.train()
    return run


def _count_arguments(call):
    """1 if it takes ids, 2 if it takes ids and lengths. ValueError for others."""
    parameters = inspect.signature(getattr(call, "forward", call)).parameters.values()
    required = [p for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    named = [p.name for p in required if p.kind == p.KEYWORD_ONLY]
    if named:
        raise ValueError(f"the module takes {', '.join(named)} by name only, expected ids, or ids and lengths: give "
                         f"forward=, such as lambda ids: module({named[0]}=ids)")
    if not required and any(p.kind not in (p.KEYWORD_ONLY, p.VAR_KEYWORD) for p in parameters):
        return 1
    if len(required) not in (1, 2):
        raise ValueError(f"the module takes {arguments.counted(len(required), 'argument')}, expected ids, or ids and "
                         "lengths: give forward=")
    return len(required)


def _scale(module, names):
    """What multiplies the weights of attention and output; None for a state_dict, which `forward` may have copied."""
    parameters = dict(module.named_parameters(remove_duplicate=False)) if hasattr(module, "named_parameters") else {}
    output = [name for name in (names.output, _bias_of(names.output)) if name in parameters]
    if not all(name in parameters for name in [names.output, *names.attention]):
        return None
    return functools.partial(scaling.torch_parameters, *([parameters[name] for name in part]
                                                         for part in (names.attention, output)))


def _device(module):
    return next(module.parameters()).device if hasattr(module, "parameters") else "cpu"


def _as_matrix(values, texts):
    if not hasattr(values, "detach"):
        raise ValueError(f"the module gives a {type(values).__name__}, expected a tensor (texts, labels): give "
                         "forward=, such as lambda ids: module(ids)[0], or [\"logits\"]")
    values = values.detach().cpu().double().numpy()
    if values.shape[:1] != (texts,) or values.ndim > 2:
        raise ValueError(f"the module gives the shape {values.shape} for {texts} texts, expected ({texts}, labels), "
                         "also for one text: give forward=")
    return values.reshape(texts, -1)


# ---- back to PyTorch ----

def to_torch(weights):
    """An nn.Module that computes what these weights do in SQL: ids [texts][tokens] in, logits [texts][labels] out, of
    one unit for a sigmoid. Probabilities are their softmax, or sigmoid.

    The rows of its embedding have the words of vocabulary(weights): padding first, as number 0. The logits are those of
    labels(weights). A model that reads padding (padded_length in its metadata) takes texts of that length, others of
    any length.

    ValueError if the model has parts that PyTorch has not: it must have been trained with {"subwords": false,
    "max_pool": false, "linear": false}, or come from from_torch() or from_keras() (with reset_after=True).
    """
    model = weights_file.read(weights)
    parts = conversion.take_apart(model, vocabularies.framework_rows(model))
    if conversion.has_gru(parts) and len(parts.forward[2]) == 1:
        raise ValueError("the model has a GRU with reset_after=False, which PyTorch has not")
    gru, attention = "zero", "skip"
    if vocabularies.has_padding(model):
        gru, attention = (model.metadata.get(key, "read") for key in ("gru_padding", "attention_padding"))
    module = _classifier()(_sizes(parts, gru, attention == "skip"), len(_output(parts)[1]))
    module.load_state_dict(_state_of(parts))
    return module


def _classifier():
    """The class of the modules. It is PyTorch's, and so in a file of its own, which pickle finds by its name."""
    try:
        from .torch_classifier import Classifier
    except ImportError as error:
        raise ImportError(f"to_torch() needs PyTorch (pip install torch): {error}") from error
    return Classifier


def _sizes(parts, gru_padding, skip):
    """What the class needs to make its layers."""
    gru = len(parts.forward[1]) if conversion.has_gru(parts) else 0
    bias = 0 if parts.attention_bias is None else len(parts.attention_bias)
    return {"rows": parts.embedding.shape, "gru": gru, "both": parts.backward is not None, "gru_padding": gru_padding,
            "pooling": parts.pooling, "kernel": parts.attention_kernel is not None, "positions": bias, "skip": skip}


def _state_of(parts):
    """The state_dict of the module."""
    import torch

    kernel, bias = _output(parts)
    state = {"embedding.weight": parts.embedding, **_gru_state(parts), "output.weight": kernel.T, "output.bias": bias}
    for name in "attention_kernel", "attention_bias":
        values = getattr(parts, name)
        if values is not None:
            state[name] = values[:, None]
    return {name: torch.tensor(values) for name, values in state.items()}


def _output(parts):
    """Kernel and bias of the output, of one unit for a sigmoid."""
    kernel, bias = parts.output_kernel, parts.output_bias
    if kernel.shape[1] == 2 and not kernel[:, 0].any() and bias[0] == 0:
        return kernel[:, 1:], bias[1:]
    return kernel, bias


def _gru_state(parts):
    """The numbers of the GRU."""
    state = {}
    for suffix, direction in (("", parts.forward), ("_reverse", parts.backward)):
        if direction is not None:
            kernel, recurrent, (input_bias, bias) = direction
            for name, values in (("weight_ih", kernel.T), ("weight_hh", recurrent.T), ("bias_ih", input_bias),
                                 ("bias_hh", bias)):
                state[f"gru.{name}_l0{suffix}"] = _gates(values)
    return state
