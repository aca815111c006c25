"""make_encoders.py -- writes encoders/: tiny encoders of random weights, and what PyTorch makes of texts with them.

    python3 make_encoders.py    needs torch, transformers, tokenizers and safetensors; made with torch 2.15.0,
                                transformers 5.24.0, tokenizers 0.23.3 and safetensors 0.8.0

encoders/NAME/config.json, tokenizer.json, model.safetensors    as Hugging Face's packages write them
encoders/NAME/expected.safetensors    for each text i:
    text.i [bytes]  ids.i [tokens]  hidden.i [tokens,hidden] after the last layer, in float64  vector.i [hidden]

bert       WordPiece, gelu, mean of the tokens' vectors
roberta    Unigram, positions past the padding, gelu_new, the first token's vector, half precision
static     WordPiece, one vector for each token
"""
import json
import pathlib

import numpy as np
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_tensors
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, XLMRobertaConfig, XLMRobertaModel

HERE = pathlib.Path(__file__).parent / "encoders"
TEXTS = ["the parcel is late", "The PARCEL, is late!", "", "late late late late late late late late late late late late",
         "my invoice is wrong again and the app does not open", "naïve Ärger 中文 ok", "?"]
WORDS = "the parcel is late my invoice wrong again and app does not open".split()
SIZES = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 40,
         "max_position_embeddings": 32}
LETTERS = list("abcdefghijklmnopqrstuvwxyz,!?") + ["中", "文"]


def wordpiece():
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    vocabulary = specials + WORDS + LETTERS[:24] + ["##" + c for c in "abcdeiloprstv"] + LETTERS[24:]
    tokenizer = Tokenizer(models.WordPiece({w: i for i, w in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]",
                                                             special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.add_special_tokens(specials)
    return tokenizer


def unigram():
    specials = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    words = [("▁" + word, -3.0 - i / 8) for i, word in enumerate(WORDS)]
    letters = [(c, -8.0 - i / 16) for i, c in enumerate(LETTERS)] + [("▁", -6.5), ("ar", -6.25), ("▁ok", -5.5)]
    tokenizer = Tokenizer(models.Unigram(specials + words + letters, unk_id=3))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>",
                                                             special_tokens=[("<s>", 0), ("</s>", 2)])
    tokenizer.add_special_tokens([s for s, _ in specials])
    return tokenizer


def write(name, config, tokenizer, tensors, encode):
    folder = HERE / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    tokenizer.save(str(folder / "tokenizer.json"))
    save_tensors({key: value.contiguous() for key, value in tensors.items()}, folder / "model.safetensors")
    expected = {}
    for i, text in enumerate(TEXTS):
        ids, hidden, vector = encode(text)
        if text:
            expected[f"text.{i}"] = np.frombuffer(text.encode(), dtype=np.uint8)
        expected[f"ids.{i}"] = np.array(ids, dtype=np.int32)
        expected[f"hidden.{i}"] = hidden.astype(np.float32)
        expected[f"vector.{i}"] = (vector / max(np.linalg.norm(vector), 1e-30)).astype(np.float32)
    save_file(expected, folder / "expected.safetensors")


def spread(model):
    """Weights so large that every part of the network counts."""
    with torch.no_grad():
        for name, value in model.named_parameters():
            deviation = 0.3 if value.dim() == 2 else 0.1
            value.copy_(torch.randn(value.shape) * deviation + (1.0 if "LayerNorm.weight" in name else 0.0))


def transformer(name, model, config, tokenizer, half, first_token):
    spread(model)
    if half:
        model.half()
    tensors = dict(model.state_dict())
    tensors.pop("embeddings.position_ids", None)
    model.double().eval()

    def encode(text):
        ids = tokenizer.encode(text).ids
        hidden = model(torch.tensor([ids])).last_hidden_state[0].detach().numpy()
        return ids, hidden, hidden[0] if first_token else hidden.mean(axis=0)

    write(name, config, tokenizer, tensors, encode)


def write_bert():
    config = BertConfig(vocab_size=wordpiece().get_vocab_size(), **SIZES)
    transformer("bert", BertModel(config, add_pooling_layer=False),
                {**SIZES, "model_type": "bert", "vocab_size": config.vocab_size, "hidden_act": "gelu",
                 "layer_norm_eps": 1e-12}, wordpiece(), False, False)


def write_roberta():
    config = XLMRobertaConfig(vocab_size=unigram().get_vocab_size(), hidden_act="gelu_new", layer_norm_eps=1e-5,
                              pad_token_id=1, type_vocab_size=1, **SIZES)
    transformer("roberta", XLMRobertaModel(config, add_pooling_layer=False),
                {**SIZES, "model_type": "xlm-roberta", "vocab_size": config.vocab_size, "hidden_act": "gelu_new",
                 "layer_norm_eps": 1e-5, "pad_token_id": 1, "pooling_mode_cls_token": True}, unigram(), True, True)


def write_static():
    vectors = torch.randn(wordpiece().get_vocab_size(), 24)

    def encode(text):
        ids = [i for i in wordpiece().encode(text, add_special_tokens=False).ids if i != 1]
        hidden = vectors[ids].double().numpy()
        return ids, hidden, hidden.mean(axis=0) if ids else np.zeros(24)

    write("static", {"model_type": "model2vec", "normalize": True}, wordpiece(), {"embeddings": vectors}, encode)


if __name__ == "__main__":
    torch.manual_seed(1)
    write_bert()
    write_roberta()
    write_static()
