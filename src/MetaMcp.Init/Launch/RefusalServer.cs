using System.Buffers;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Shims;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Output;
using MetaMcp.Init.Pages;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launch;

/// <summary>
/// Stands where the server would have stood: tells a client why there is none, for as long as it asks. A person at a terminal is told
/// once.
/// </summary>
internal sealed unsafe class RefusalServer
{
    /// <summary>What a pipe that poll reports writable takes without blocking (POSIX: PIPE_BUF).</summary>
    private const int Piece = 4096;

    /// <summary>
    /// A client of MCP sends its first request at once. Another program may leave the stdin of its npx open without a word, and waits for
    /// npx to end.
    /// </summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    /// <summary>Null without a descriptor for it: then a signal ends the process as any other.</summary>
    private readonly SignalQueue? _signals;
    private readonly ulong _ignored = SignalReset.Inherited.Ignored;

    /// <summary>The end of the wait for a first request; never for a client that may take its time.</summary>
    private Instant _due = Instant.Never;
    private readonly RefusalConversation _conversation;
    private readonly ArrayBufferWriter<byte> _answer = new(512);

    private RefusalServer(SignalQueue? signals, InitFrame.Refused refused) =>
        (_signals, _conversation) = (signals, new RefusalConversation(refused));

    /// <summary>
    /// 1 at a terminal. Else 0, when the client has closed stdin or asks for the end: a refusal is no crash. But a script that called npx
    /// and got 0 would believe that its tool had run, so there 0 is for a client that has sent a request.
    /// </summary>
    public static int Run(LaunchSubject subject, InitFrame.Refused refused)
    {
        if (isatty(0) == 1)
        {
            Page.Error($"mcp-init launch: {RefusalText.Page(subject.Name, refused)}");
            return ExitCodes.Failure;
        }
        StandardError.TryWriteLine($"mcp-init launch: {RefusalText.Line(subject.Name, refused)}");
        var signals = SignalQueue.Open(out _);
        if (signals is null)
            SignalMask.UnblockOnThisThread();
        var server = new RefusalServer(signals, refused);
        server.Serve(isAnyClient: !subject.IsIntercepted);
        return server._conversation.HasRequest || !subject.IsIntercepted ? ExitCodes.Success : ExitCodes.Failure;
    }

    /// <param name="isAnyClient">Also one that has sent a line which is none of MCP; else that is the end.</param>
    private void Serve(bool isAnyClient)
    {
        var input = stackalloc byte[Piece];
        if (!isAnyClient)
            _due = MonotonicClock.Now + Silence;
        while (WaitFor(0, POLLIN))
        {
            var count = read(0, input, Piece);
            if (count < 0 && LastError.Number is Errno.EAGAIN or Errno.EINTR)
                continue;
            if (count <= 0 || !Answer(new ReadOnlySpan<byte>(input, (int)count)))
                return;
            if (!isAnyClient && _conversation is { HasRequest: false, HasForeignLine: true })
                return;
            if (_conversation.HasRequest)
                _due = Instant.Never;
        }
    }

    private bool Answer(ReadOnlySpan<byte> input)
    {
        while (!input.IsEmpty)
        {
            input = input[_conversation.Take(input, _answer)..];
            if (!Write(_answer.WrittenSpan))
                return false;
            _answer.ResetWrittenCount();
        }
        return true;
    }

    private bool Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (!WaitFor(1, POLLOUT))
                return false;
            nint written;
            fixed (byte* start = bytes)
                written = write(1, start, (nuint)Math.Min(bytes.Length, Piece));
            if (written >= 0)
                bytes = bytes[(int)written..];
            else if (LastError.Number is not (Errno.EAGAIN or Errno.EINTR))
                return false;
        }
        return true;
    }

    /// <summary>False if a signal asks for the end first, or the stream has no reader.</summary>
    private bool WaitFor(int stream, short events)
    {
        var polled = stackalloc pollfd[2];
        while (true)
        {
            polled[0] = new pollfd { fd = _signals?.Descriptor ?? -1, events = POLLIN };
            polled[1] = new pollfd { fd = stream, events = events };
            var now = MonotonicClock.Now;
            if (now >= _due)
                return false;
            _ = poll(polled, 2, PollTimeout.Until(_due, now));
            while (_signals?.TryTake() is { } signal)
                if ((_ignored & (1UL << (signal.Number - 1))) == 0 && IsEnd(signal))
                    return false;
            if ((polled[1].revents & POLLNVAL) != 0 || (events == POLLOUT && (polled[1].revents & POLLERR) != 0))
                return false;
            // POLLHUP: reading gives the rest, and then the end.
            if (polled[1].revents != 0)
                return true;
        }
    }

    private static bool IsEnd(Signal signal) =>
        signal == Signal.Term || signal == Signal.Int || signal == Signal.Hup || signal == Signal.Quit;
}
