using System.Collections.Immutable;
using System.Text;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Screens.Top;

/// <summary>The state of <c>top</c>: the last look, what is selected, and what the keys do. It draws and asks nothing itself.</summary>
/// <param name="mayAct">Whether the socket permits acts; without that there are no keys for them.</param>
/// <param name="delay">The time between two looks.</param>
public sealed class TopView(bool mayAct, TimeSpan delay)
{
    private const int PageOfRows = 10;
    private const int MostTyped = 40;

    private List<TopRow> _rows = [];

    public bool MayAct { get; } = mayAct;

    public TimeSpan Delay { get; } = delay;

    public TopHistory History { get; } = new(delay);

    /// <summary>Null before the first look.</summary>
    public StatusDocument? Status { get; private set; }

    /// <summary>The last look failed: what is shown is older.</summary>
    public bool IsLost { get; private set; }

    public ImmutableArray<EventRow> Events { get; private set; } = [];

    public TopMode Mode { get; private set; } = new TopMode.Table();

    public TopSort Sort { get; private set; }

    /// <summary>Only names with this text are shown; empty shows all.</summary>
    public string Find { get; private set; } = "";

    /// <summary>The answer to the last act; it stays until the next key.</summary>
    public string? Message { get; private set; }

    /// <summary>The text of the page that is shown.</summary>
    public string PageText { get; private set; } = "";

    /// <summary>The name of the selected row; null if there is no row.</summary>
    public string? Selected { get; private set; }

    internal IReadOnlyList<TopRow> Rows => _rows;

    /// <summary>A new look; null if it failed.</summary>
    /// <param name="status">The rows with their figures.</param>
    /// <param name="events">The last events, in their order.</param>
    /// <param name="now">The time, by a clock that does not jump.</param>
    public void Take(StatusDocument? status, ImmutableArray<EventRow> events, TimeSpan now)
    {
        IsLost = status is null;
        if (status is null)
            return;
        (Status, Events) = (status, events);
        History.Take(status, now);
        Arrange();
    }

    /// <summary>The text for the page that <see cref="Mode"/> asks for.</summary>
    public void Show(string text) => PageText = text;

    /// <summary>The answer to an act.</summary>
    public void Tell(string text) => Message = text;

    /// <summary>What the key asks for; null for nothing beyond another drawing.</summary>
    public TopRequest? Press(TopKey key)
    {
        Message = null;
        // Ctrl-C and Ctrl-Z mean the same in every mode.
        if (key.Character.Value is 3)
            return new TopRequest.Quit();
        if (key.Character.Value is 26)
            return new TopRequest.Suspend();
        return Mode switch
        {
            TopMode.Finding => PressWhileFinding(key),
            TopMode.Asking asking => PressWhileAsking(key, asking),
            TopMode.Signalling signalling => PressWhileSignalling(key, signalling),
            TopMode.Page page => PressOnPage(key, page),
            TopMode.Keys => CloseKeys(),
            _ => PressOnTable(key),
        };
    }

    private TopRequest? PressOnTable(TopKey key)
    {
        switch (key.Kind)
        {
            case TopKeyKind.Up or TopKeyKind.Down or TopKeyKind.PageUp or TopKeyKind.PageDown or TopKeyKind.Home or TopKeyKind.End:
                Move(key.Kind);
                return null;
            case TopKeyKind.Enter when Selected is { } name:
                return Open(new TopMode.Page(name, IsLog: false));
            case TopKeyKind.Escape:
                Find = "";
                Arrange();
                return null;
            case TopKeyKind.Character:
                return PressLetter((char)key.Character.Value);
            default:
                return null;
        }
    }

    private TopRequest? PressLetter(char letter)
    {
        switch (letter)
        {
            case 'q':
                return new TopRequest.Quit();
            case 'm' or 'c' or 't' or 'p':
                Sort = letter switch { 'm' => TopSort.Memory, 'c' => TopSort.Cpu, 't' => TopSort.Tasks, _ => TopSort.Processes };
                Arrange();
                return null;
            case '?':
                Mode = new TopMode.Keys();
                return null;
            case 'j':
                Move(TopKeyKind.Down);
                return null;
            case 'k':
                Move(TopKeyKind.Up);
                return null;
            case '/':
                (Mode, Find) = (new TopMode.Finding(), "");
                Arrange();
                return null;
            case 'l' when Selected is { } name:
                return Open(new TopMode.Page(name, IsLog: true));
            case 'r' or 's' or 'K' when MayAct && Selected is { } name:
                Ask(letter, name);
                return null;
            case ' ' or '\f':
                return new TopRequest.Look();
            default:
                return null;
        }
    }

    private TopRequest? CloseKeys()
    {
        Mode = new TopMode.Table();
        return null;
    }

    private void Ask(char letter, string name)
    {
        if (Status?.Services.Any(row => row.Name == name) != true)
        {
            Message = $"{name} is a launched server: its client starts and ends it";
            return;
        }
        Mode = letter switch
        {
            'r' => new TopMode.Asking("restart", name),
            's' => new TopMode.Asking("stop", name),
            _ => new TopMode.Signalling(name, "SIGTERM"),
        };
    }

    private TopRequest? PressWhileFinding(TopKey key)
    {
        switch (key.Kind)
        {
            case TopKeyKind.Enter:
                Mode = new TopMode.Table();
                return null;
            case TopKeyKind.Escape:
                (Mode, Find) = (new TopMode.Table(), "");
                break;
            case TopKeyKind.Up or TopKeyKind.Down:
                Move(key.Kind);
                return null;
            default:
                Find = Typed(Find, key);
                break;
        }
        Arrange();
        return null;
    }

    private TopRequest.Act? PressWhileAsking(TopKey key, TopMode.Asking asking)
    {
        Mode = new TopMode.Table();
        return key.Character.Value is 'y' or 'Y' ? new TopRequest.Act(asking.Verb, asking.Name) : null;
    }

    private TopRequest.Act? PressWhileSignalling(TopKey key, TopMode.Signalling signalling)
    {
        Mode = key.Kind is TopKeyKind.Enter or TopKeyKind.Escape ? new TopMode.Table()
            : signalling with { Signal = Typed(signalling.Signal, key) };
        return key.Kind == TopKeyKind.Enter && signalling.Signal.Length > 0
            ? new TopRequest.Act("signal", signalling.Name, signalling.Signal) : null;
    }

    private TopRequest.Look? PressOnPage(TopKey key, TopMode.Page page)
    {
        var step = key.Kind switch
        {
            TopKeyKind.Up => -1,
            TopKeyKind.Down => 1,
            TopKeyKind.PageUp => -PageOfRows,
            TopKeyKind.PageDown => PageOfRows,
            TopKeyKind.Home => int.MinValue / 2,
            TopKeyKind.End => int.MaxValue / 2,
            _ => 0,
        };
        if (step != 0)
        {
            var lines = PageText.AsSpan().Count('\n');
            Mode = page with { Top = Math.Clamp((page.Top ?? (page.IsLog ? lines : 0)) + step, 0, Math.Max(lines - 1, 0)) };
            return null;
        }
        if (key.Kind == TopKeyKind.Character && key.Character.Value is 'l')
            return Open(page with { IsLog = true, Top = null });
        if (key.Kind == TopKeyKind.Enter)
            return Open(page with { IsLog = false, Top = null });
        if (key.Kind is TopKeyKind.Escape or TopKeyKind.Backspace || key.Character.Value is 'q')
            Mode = new TopMode.Table();
        return null;
    }

    private TopRequest.Look Open(TopMode.Page page)
    {
        (Mode, PageText) = (page, "");
        return new TopRequest.Look();
    }

    private void Arrange()
    {
        if (Status is null)
            return;
        _rows = TopRow.Of(Status, History, Sort, Find);
        if (_rows.Count == 0)
            Selected = null;
        else if (!_rows.Exists(row => row.Name == Selected))
            Selected = _rows[0].Name;
    }

    private void Move(TopKeyKind key)
    {
        var at = _rows.FindIndex(row => row.Name == Selected);
        if (at < 0)
            return;
        at = key switch
        {
            TopKeyKind.Up => at - 1,
            TopKeyKind.Down => at + 1,
            TopKeyKind.PageUp => at - PageOfRows,
            TopKeyKind.PageDown => at + PageOfRows,
            TopKeyKind.Home => 0,
            _ => _rows.Count - 1,
        };
        Selected = _rows[Math.Clamp(at, 0, _rows.Count - 1)].Name;
    }

    private static string Typed(string text, TopKey key)
    {
        if (key.Kind == TopKeyKind.Backspace)
            return text.Length == 0 ? text : text[..^(char.IsLowSurrogate(text[^1]) && text.Length > 1 ? 2 : 1)];
        return key.Kind == TopKeyKind.Character && !Rune.IsControl(key.Character) && text.Length < MostTyped
            ? text + key.Character : text;
    }
}
