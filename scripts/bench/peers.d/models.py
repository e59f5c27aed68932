"""The networks of harness/models, once more in PyTorch: same layers, same names of parameters.

Each network is stages(x) -> the list of its stages' outputs (what feature methods read), pooled
features and logits; forward(x) gives the logits alone.
"""
import torch
from torch import nn
import torch.nn.functional as F


def conv(c_in, c_out, kernel=3, stride=1, groups=1, bias=False):
    return nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, groups=groups, bias=bias)


def relu(x):
    return F.relu(x, inplace=True)


def pool(x):
    return F.adaptive_avg_pool2d(x, 1).flatten(1)


class Net(nn.Module):
    """What the families share: stages() is theirs, the rest follows from it."""

    def forward(self, x):
        return self.stages(x)[2]


class ResidualBlock(nn.Module):
    """He et al. 2016: two 3x3 convolutions; a 1x1 convolution on the way around if sizes change."""

    def __init__(self, c_in, c_out, stride):
        super().__init__()
        self.conv1, self.bn1 = conv(c_in, c_out, stride=stride), nn.BatchNorm2d(c_out)
        self.conv2, self.bn2 = conv(c_out, c_out), nn.BatchNorm2d(c_out)
        self.downsample = None
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(conv(c_in, c_out, 1, stride), nn.BatchNorm2d(c_out))

    def forward(self, x):
        y = relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return relu(y + (self.downsample(x) if self.downsample else x))


class ResNet(Net):
    """resnet<depth>, resnet<depth>x<widen>: three stages, CIFAR's stem."""

    def __init__(self, depth, widen=1, channels=3, classes=100):
        super().__init__()
        c = 32 if widen > 1 else 16
        self.conv1, self.bn1 = conv(channels, c), nn.BatchNorm2d(c)
        for s in range(3):
            blocks = []
            for i in range((depth - 2) // 6):
                c_out = (16 << s) * widen
                blocks.append(ResidualBlock(c, c_out, 2 if s and i == 0 else 1))
                c = c_out
            setattr(self, f"layer{s + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(c, classes)

    def stages(self, x):
        x = relu(self.bn1(self.conv1(x)))
        f1 = self.layer1(x)
        f2 = self.layer2(f1)
        f3 = self.layer3(f2)
        pooled = pool(f3)
        return [f1, f2, f3], pooled, self.fc(pooled)


class WideBlock(nn.Module):
    """Zagoruyko and Komodakis 2016: batch-norm and ReLU come before each convolution."""

    def __init__(self, c_in, c_out, stride):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(c_in), conv(c_in, c_out, stride=stride)
        self.bn2, self.conv2 = nn.BatchNorm2d(c_out), conv(c_out, c_out)
        self.convShortcut = conv(c_in, c_out, 1, stride) if c_in != c_out else None

    def forward(self, x):
        active = relu(self.bn1(x))
        y = self.conv2(relu(self.bn2(self.conv1(active))))
        return y + (self.convShortcut(active) if self.convShortcut else x)


class WideStage(nn.Module):
    """A stage's blocks, below the name "layer" as in the state dicts of the field."""

    def __init__(self, blocks, c_in, c_out, stride):
        super().__init__()
        self.layer = nn.Sequential(*(
            WideBlock(c_out if i else c_in, c_out, 1 if i else stride) for i in range(blocks)))

    def forward(self, x):
        return self.layer(x)


class WRN(Net):
    """wrn_<depth>_<widen>; the stages' outputs are the sums, before the next batch-norm."""

    def __init__(self, depth, widen, channels=3, classes=100):
        super().__init__()
        c = [16, 16 * widen, 32 * widen, 64 * widen]
        self.conv1 = conv(channels, c[0])
        for s in range(3):
            stage = WideStage((depth - 4) // 6, c[s], c[s + 1], 2 if s else 1)
            setattr(self, f"block{s + 1}", stage)
        self.bn1 = nn.BatchNorm2d(c[3])
        self.fc = nn.Linear(c[3], classes)

    def stages(self, x):
        f1 = self.block1(self.conv1(x))
        f2 = self.block2(f1)
        f3 = self.block3(f2)
        pooled = pool(relu(self.bn1(f3)))
        return [f1, f2, f3], pooled, self.fc(pooled)


class InvertedResidual(nn.Module):
    """Sandler et al. 2018: 1x1 up, 3x3 depthwise, 1x1 down without activation."""

    def __init__(self, c_in, c_out, stride, expand):
        super().__init__()
        mid = c_in * expand
        self.residual = stride == 1 and c_in == c_out
        self.conv = nn.Sequential(
            conv(c_in, mid, 1), nn.BatchNorm2d(mid), nn.ReLU(inplace=True),
            conv(mid, mid, 3, stride, groups=mid), nn.BatchNorm2d(mid), nn.ReLU(inplace=True),
            conv(mid, c_out, 1), nn.BatchNorm2d(c_out))

    def forward(self, x):
        return x + self.conv(x) if self.residual else self.conv(x)


class MobileNetV2(Net):
    """At half width, with the CIFAR strides that the distillation literature uses."""

    # expansion, channels at width 1, blocks, stride of the first, stage it belongs to
    GROUPS = [(1, 16, 1, 1, 0), (6, 24, 2, 1, 0), (6, 32, 3, 2, 1), (6, 64, 4, 2, 2),
              (6, 96, 3, 1, 2), (6, 160, 3, 2, 3), (6, 320, 1, 1, 3)]

    def __init__(self, width=0.5, channels=3, classes=100):
        super().__init__()
        c = int(32 * width)
        last = int(1280 * max(width, 1))
        self.conv1 = self.unit(channels, c, 3, 2)
        groups = []
        for expand, wide, blocks, stride, _ in self.GROUPS:
            c_out = int(wide * width)
            groups.append(nn.Sequential(*(
                InvertedResidual(c_out if i else c, c_out, 1 if i else stride, expand)
                for i in range(blocks))))
            c = c_out
        self.blocks = nn.Sequential(*groups)
        self.conv2 = self.unit(c, last, 1, 1)
        self.classifier = nn.Sequential(nn.Linear(last, classes))

    @staticmethod
    def unit(c_in, c_out, kernel, stride):
        return nn.Sequential(conv(c_in, c_out, kernel, stride), nn.BatchNorm2d(c_out),
                             nn.ReLU(inplace=True))

    def stages(self, x):
        x = self.conv1(x)
        f = [None] * 4
        for group, (*_, stage) in zip(self.blocks, self.GROUPS):
            f[stage] = x = group(x)
        pooled = pool(self.conv2(x))
        return f, pooled, self.classifier(pooled)


class VGG8(Net):
    """Five convolutions with bias; images under 64 pixels skip the pooling before the last."""

    def __init__(self, channels=3, classes=100):
        super().__init__()
        c = channels
        for b, c_out in enumerate([64, 128, 256, 512, 512]):
            unit = nn.Sequential(conv(c, c_out, bias=True), nn.BatchNorm2d(c_out))
            setattr(self, f"block{b}", unit)
            c = c_out
        self.classifier = nn.Linear(c, classes)

    def stages(self, x):
        f = []
        for b in range(5):
            if 0 < b < 4:
                x = F.max_pool2d(x, 2, 2)
            x = relu(getattr(self, f"block{b}")(x))
            f.append(x)
        pooled = pool(x)
        return f[1:], pooled, self.classifier(pooled)


class Transformer(Net):
    """An encoder with its norms in front, the mean over positions; texts are of full length."""

    def __init__(self, depth, width, heads, vocabulary, length, classes):
        super().__init__()
        self.tok, self.pos = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        layer = nn.TransformerEncoderLayer(width, heads, 4 * width, 0.0, "gelu", batch_first=True,
                                           norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, depth, nn.LayerNorm(width))
        self.head = nn.Linear(width, classes)

    def stages(self, x):
        x = self.tok(x) + self.pos.weight
        f = []
        for layer in self.encoder.layers:
            x = layer(x)
            f.append(x)
        pooled = self.encoder.norm(x).mean(1)
        return f, pooled, self.head(pooled)


class TextCNN(Net):
    """Kim 2014; words of padding are zeros, windows of padding count."""

    def __init__(self, width, filters, widths, vocabulary, length, classes):
        super().__init__()
        self.tok = nn.Embedding(vocabulary, width)
        self.convs = nn.ModuleList(nn.Conv1d(width, filters, k) for k in widths)
        self.head = nn.Linear(filters * len(widths), classes)

    def stages(self, x):
        words = (self.tok(x) * (x != 0).unsqueeze(2)).transpose(1, 2)
        f = [relu(c(words)) for c in self.convs]
        pooled = torch.cat([m.amax(2) for m in f], 1)
        return f, pooled, self.head(pooled)


class ViTBlock(nn.Module):
    """Norms in front; timm's names."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width, 1e-6)
        self.attn = nn.ModuleDict({"qkv": nn.Linear(width, 3 * width),
                                   "proj": nn.Linear(width, width)})
        self.norm2 = nn.LayerNorm(width, 1e-6)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(width, 4 * width),
                                  "fc2": nn.Linear(4 * width, width)})

    def attend(self, x):
        n, tokens, width = x.shape
        qkv = self.attn["qkv"](x).reshape(n, tokens, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        if hasattr(F, "scaled_dot_product_attention"):
            y = F.scaled_dot_product_attention(q, k, v)
        else:
            y = (q @ k.transpose(2, 3) * q.shape[3] ** -0.5).softmax(3) @ v
        return self.attn["proj"](y.transpose(1, 2).reshape(n, tokens, width))

    def forward(self, x):
        x = x + self.attend(self.norm1(x))
        return x + self.mlp["fc2"](F.gelu(self.mlp["fc1"](self.norm2(x))))


class ViT(Net):
    """Dosovitskiy et al. 2021 on images of 32x32: a class token, and patches of 4x4."""

    def __init__(self, depth, width, heads, channels=3, classes=100, patch=4, side=32):
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, (side // patch) ** 2 + 1, width))
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(channels, width, patch, patch)})
        self.blocks = nn.ModuleList(ViTBlock(width, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(width, 1e-6)
        self.head = nn.Linear(width, classes)

    def stages(self, x):
        x = self.patch_embed["proj"](x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1) + self.pos_embed
        f = []
        for block in self.blocks:
            x = block(x)
            f.append(x)
        pooled = self.norm(x[:, 0])
        return f, pooled, self.head(pooled)


def leaky(x):
    return nn.functional.leaky_relu(x, 0.2)


class PointFeatures(nn.Module):
    def __init__(self, channels):
        super().__init__()
        c = [channels, 64, 128, 1024]
        for i in (1, 2, 3):
            setattr(self, f"conv{i}", nn.Conv1d(c[i - 1], c[i], 1))
            setattr(self, f"bn{i}", nn.BatchNorm1d(c[i]))

    def forward(self, x):
        f = [relu(self.bn1(self.conv1(x)))]
        f.append(relu(self.bn2(self.conv2(f[0]))))
        return f, self.bn3(self.conv3(f[1])).amax(2)


class PointNet(Net):
    """fxia22/pointnet.pytorch without its transformers; points are N,P,C."""

    def __init__(self, classes, channels=6):
        super().__init__()
        self.feat = PointFeatures(channels)
        self.fc1, self.fc2 = nn.Linear(1024, 512), nn.Linear(512, 256)
        self.fc3 = nn.Linear(256, classes)
        self.bn1, self.bn2 = nn.BatchNorm1d(512), nn.BatchNorm1d(256)

    def stages(self, x):
        f, x = self.feat(x.transpose(1, 2))
        pooled = relu(self.bn2(self.fc2(relu(self.bn1(self.fc1(x))))))
        return f, pooled, self.fc3(pooled)


class DGCNN(Net):
    """WangYueFt/dgcnn: the k nearest among the features of each stage; points are N,P,C."""

    def __init__(self, classes, channels=6, k=20, width=1024):
        super().__init__()
        self.k, c = k, [channels, 64, 64, 128, 256]
        for i in (1, 2, 3, 4):
            setattr(self, f"bn{i}", nn.BatchNorm2d(c[i]))
            setattr(self, f"conv{i}", nn.Sequential(nn.Conv2d(2 * c[i - 1], c[i], 1, bias=False)))
        self.bn5, self.conv5 = nn.BatchNorm1d(width), nn.Sequential(
            nn.Conv1d(sum(c[1:]), width, 1, bias=False))
        self.linear1, self.bn6 = nn.Linear(2 * width, 512, bias=False), nn.BatchNorm1d(512)
        self.linear2, self.bn7 = nn.Linear(512, 256), nn.BatchNorm1d(256)
        self.linear3 = nn.Linear(256, classes)

    def edges(self, x):  # N,C,P -> N,2C,P,k
        n, c, p = x.shape
        square = (x * x).sum(1, keepdim=True)
        near = (2 * x.transpose(1, 2) @ x - square - square.transpose(1, 2)).topk(self.k)[1]
        rows = x.transpose(1, 2).reshape(n * p, c)
        at = (near + p * torch.arange(n).view(n, 1, 1)).view(-1)
        centre = rows.view(n, p, 1, c)
        far = rows[at].view(n, p, self.k, c) - centre
        return torch.cat((far, centre.expand_as(far)), 3).permute(0, 3, 1, 2)

    def stages(self, x):
        f, x = [], x.transpose(1, 2)
        for i in (1, 2, 3, 4):
            conv, bn = getattr(self, f"conv{i}"), getattr(self, f"bn{i}")
            x = leaky(bn(conv(self.edges(x)))).amax(3)
            f.append(x)
        x = leaky(self.bn5(self.conv5(torch.cat(f, 1))))
        x = leaky(self.bn6(self.linear1(torch.cat((x.amax(2), x.mean(2)), 1))))
        pooled = leaky(self.bn7(self.linear2(x)))
        return f, pooled, self.linear3(pooled)


NETWORKS = {
    "pointnet": PointNet,
    "dgcnn": DGCNN,
    "transformer": lambda **k: Transformer(2, 64, 4, **k),
    "textcnn": lambda **k: TextCNN(100, 100, (3, 4, 5), **k),
    "resnet8": lambda **k: ResNet(8, **k),
    "resnet20": lambda **k: ResNet(20, **k),
    "resnet8x4": lambda **k: ResNet(8, 4, **k),
    "resnet32x4": lambda **k: ResNet(32, 4, **k),
    "wrn_16_2": lambda **k: WRN(16, 2, **k),
    "wrn_40_2": lambda **k: WRN(40, 2, **k),
    "mobilenetv2": lambda **k: MobileNetV2(0.5, **k),
    "vgg8": lambda **k: VGG8(**k),
    "vit": lambda **k: ViT(4, 128, 4, **k),
}


def network(name, **sizes):
    return NETWORKS[name](**sizes)
