using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DockerArchive.Catalog;

/// <summary>YAML as compose's own reader (go-yaml v3) takes it, with the line of everything.</summary>
internal sealed class ComposeYaml
{
    private readonly string _file;
    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, ComposeNode> _anchors = [];
    private readonly HashSet<AnchorName> _open = [];
    private List<ComposePath> _resets = [];

    private ComposeYaml(string file, TextReader text)
    {
        _file = file;
        _parser = new Parser(text);
    }

    /// <summary>The documents of a file; one that is empty is left out.</summary>
    /// <param name="file">Full path, for the nodes.</param>
    /// <param name="text">What the file holds.</param>
    /// <exception cref="BrokenEnvironmentException">The text is no YAML, or not the YAML of a compose file.</exception>
    public static IReadOnlyList<ComposeDocument> Parse(string file, string text)
    {
        try
        {
            using var reader = new StringReader(text);
            return new ComposeYaml(file, reader).ReadDocuments();
        }
        catch (YamlException e)
        {
            throw new BrokenEnvironmentException(file, e.Start.Line, e.Message, e);
        }
    }

    private List<ComposeDocument> ReadDocuments()
    {
        var documents = new List<ComposeDocument>();
        _parser.Consume<StreamStart>();
        while (!_parser.TryConsume<StreamEnd>(out _))
        {
            _parser.Consume<DocumentStart>();
            _anchors.Clear();
            _resets = [];
            switch (Read(ComposePath.Root))
            {
                case ComposeMapping root:
                    documents.Add(new ComposeDocument(root, _resets));
                    break;
                case ComposeScalar { IsNull: true }:
                    break;
                case var other:
                    throw other is null
                        ? new BrokenEnvironmentException(_file, 1, "the whole file is tagged !reset")
                        : other.Broken("the compose file must be a mapping");
            }

            _parser.Consume<DocumentEnd>();
        }

        return documents;
    }

    /// <summary>The next node; null where <c>!reset</c> takes it away.</summary>
    private ComposeNode? Read(ComposePath path)
    {
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return _anchors.TryGetValue(alias.Value, out var node) && !_open.Contains(alias.Value)
                ? node
                : throw new BrokenEnvironmentException(_file, alias.Start.Line, $"the alias '*{alias.Value}' names no anchor before it");
        }

        var begin = _parser.Current as NodeEvent
            ?? throw new BrokenEnvironmentException(_file, _parser.Current?.Start.Line, "a value is expected here");
        var tag = begin.Tag.IsEmpty ? "" : begin.Tag.Value;
        if (tag is "!reset" or "!override")
            _resets.Add(path);
        if (!begin.Anchor.IsEmpty)
            _open.Add(begin.Anchor);
        ComposeNode read = begin switch
        {
            Scalar scalar => ReadScalar(scalar, tag),
            SequenceStart => ReadSequence(path),
            _ => ReadMapping(path),
        };
        if (!begin.Anchor.IsEmpty)
        {
            _open.Remove(begin.Anchor);
            _anchors[begin.Anchor] = read;
        }

        return tag == "!reset" ? null : read;
    }

    private ComposeScalar ReadScalar(Scalar scalar, string tag)
    {
        _parser.MoveNext();
        var kind = tag == "tag:yaml.org,2002:str" || scalar.Style is not ScalarStyle.Plain ? ComposeScalarKind.Text : KindOf(scalar.Value);
        return new ComposeScalar(_file, scalar.Start.Line, scalar.Value, kind);
    }

    private ComposeSequence ReadSequence(ComposePath path)
    {
        var start = _parser.Consume<SequenceStart>();
        var items = new List<ComposeNode>();
        for (var i = 0; !_parser.TryConsume<SequenceEnd>(out _); i++)
        {
            if (Read(path.Below(i.ToString(CultureInfo.InvariantCulture))) is { } item)
                items.Add(item);
        }

        return new ComposeSequence(_file, start.Start.Line, items);
    }

    private ComposeMapping ReadMapping(ComposePath path)
    {
        var start = _parser.Consume<MappingStart>();
        var entries = new List<ComposeEntry>();
        var merged = new List<ComposeEntry>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var line = _parser.Current!.Start.Line;
            if (Read(path) is not ComposeScalar { Kind: ComposeScalarKind.Text } key)
                throw new BrokenEnvironmentException(_file, line, "a key must be text; write it in quotes");
            if (entries.Find(e => e.Key == key.Text) is { } earlier)
                throw new BrokenEnvironmentException(_file, line, $"key '{key.Text}' is here for the second time; the first is in line {earlier.Line}");
            var value = Read(path.Below(key.Text));
            if (key.Text == "<<")
                merged.AddRange(Merged(value, line));
            else if (value is not null)
                entries.Add(new ComposeEntry(_file, key.Line, key.Text, value));
        }

        entries.AddRange(merged.DistinctBy(m => m.Key).Where(m => entries.TrueForAll(e => e.Key != m.Key)).ToList());
        return new ComposeMapping(_file, start.Start.Line, entries);
    }

    /// <summary>What the merge key brings; earlier mappings of a list go before later ones.</summary>
    private IEnumerable<ComposeEntry> Merged(ComposeNode? value, long line) => value switch
    {
        ComposeMapping mapping => mapping.Entries,
        ComposeSequence list when list.Items.All(i => i is ComposeMapping) => list.Items.Cast<ComposeMapping>().SelectMany(m => m.Entries),
        _ => throw new BrokenEnvironmentException(_file, line, "'<<' takes a mapping or a list of mappings"),
    };

    private static ComposeScalarKind KindOf(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => ComposeScalarKind.Null,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => ComposeScalarKind.Boolean,
        _ when text[0] is not ((>= '0' and <= '9') or '-' or '+' or '.') => ComposeScalarKind.Text,
        _ when GoNumber.TryParseInteger(text, out _) => ComposeScalarKind.Integer,
        _ when GoNumber.IsFloat(text) => ComposeScalarKind.Number,
        _ when GoTimestamp.TryParse(text, out _) => ComposeScalarKind.Timestamp,
        _ => ComposeScalarKind.Text,
    };
}
