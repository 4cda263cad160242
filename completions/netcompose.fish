# fish completion for netcompose: netcompose completion fish | source
#
# What can follow is asked of netcompose itself, in the words that docker's own completion uses: one candidate a line
# with a tab and what it is, last ":" and what to do with them (1 failed, 4 no files, 8 files with these endings, 16
# folders).
function __netcompose_candidates
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l call
    for word in $words[2..-1]
        # A leading ~ is the shell's; nothing of the line is evaluated.
        set -a call (string replace -r '^~/' "$HOME/" -- $word)
    end
    set -a call (string replace -a -r "[\"']" '' -- "$current")
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    set -l answer ($program __complete $call 2>/dev/null)
    set -l directive (string match -r '^:(\d+)$' -- $answer[-1])[2]
    test -n "$directive"; or return 1
    set -e answer[-1]
    set -l prefix (string match -r '^--[^=]+=' -- $current)
    set -l path (string replace -- "$prefix" '' $current)
    if test (math "bitand($directive, 1)") -ne 0
        return 1
    else if test (math "bitand($directive, 8)") -ne 0
        for found in (__fish_complete_path $path)
            set -l name (string split -f 1 \t -- $found)
            if string match -q '*/' -- $name
                echo "$prefix$found"
            else
                for ending in $answer
                    string match -q "*.$ending" -- $name; and echo "$prefix$found"
                end
            end
        end
    else if test (math "bitand($directive, 16)") -ne 0
        printf "$prefix%s\n" (__fish_complete_directories $path)
    else if test (count $answer) -gt 0
        for line in $answer
            echo "$prefix$line"
        end
    else if test (math "bitand($directive, 4)") -eq 0
        for found in (__fish_complete_path $path)
            echo "$prefix$found"
        end
    end
end

complete -c netcompose -e
complete -c netcompose -k -f -a '(__netcompose_candidates)'
