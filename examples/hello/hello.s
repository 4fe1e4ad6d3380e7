# hello TEXT COUNT MILLISECONDS [EXIT]
# Prints "TEXT i/COUNT" COUNT times with a pause before each line, then exits
# with EXIT. No libc, so that it runs in an image made FROM scratch.
#
# as -o hello.o hello.s && ld -s -z noseparate-code --build-id=none -o hello hello.o

        .intel_syntax noprefix
        .globl  _start
        .text

_start:
        mov     rbp, rsp
        cmp     qword ptr [rbp], 4
        jb      usage

        mov     rdi, [rbp + 24]
        call    number
        mov     r12, rax                # count
        mov     rdi, [rbp + 32]
        call    number
        xor     edx, edx
        mov     ecx, 1000
        div     rcx
        imul    rdx, rdx, 1000000
        push    rdx                     # nanoseconds
        push    rax                     # seconds
        mov     r13, rsp
        xor     r14d, r14d              # lines printed
        xor     r15d, r15d              # exit code
        cmp     qword ptr [rbp], 5
        jb      line
        mov     rdi, [rbp + 40]
        call    number
        mov     r15, rax

line:
        cmp     r14, r12
        jae     done
        inc     r14
        mov     eax, 35                 # nanosleep
        mov     rdi, r13
        xor     esi, esi
        syscall

        # One write per line: the reader sees whole lines.
        lea     rdi, [rip + buffer]
        mov     rsi, [rbp + 16]
        mov     ecx, 200
copy:
        lodsb
        test    al, al
        jz      copied
        stosb
        loop    copy
copied:
        mov     al, ' '
        stosb
        mov     rax, r14
        call    decimal
        mov     al, '/'
        stosb
        mov     rax, r12
        call    decimal
        mov     al, 10
        stosb
        lea     rsi, [rip + buffer]
        mov     rdx, rdi
        sub     rdx, rsi
        mov     eax, 1                  # write
        mov     edi, 1
        syscall
        jmp     line

done:
        mov     rdi, r15
exit:
        mov     eax, 60
        syscall

usage:
        mov     eax, 1
        mov     edi, 2
        lea     rsi, [rip + help]
        mov     edx, offset help_length
        syscall
        mov     edi, 2
        jmp     exit

# rdi: digits, ended by NUL. rax: their value.
number:
        xor     eax, eax
digit:
        movzx   ecx, byte ptr [rdi]
        test    cl, cl
        jz      parsed
        imul    rax, rax, 10
        lea     rax, [rax + rcx - '0']
        inc     rdi
        jmp     digit
parsed:
        ret

# Writes rax in decimal at rdi and moves rdi behind it.
decimal:
        mov     ecx, 10
        xor     ebx, ebx
divide:
        xor     edx, edx
        div     rcx
        push    rdx
        inc     ebx
        test    rax, rax
        jnz     divide
emit:
        pop     rax
        add     al, '0'
        stosb
        dec     ebx
        jnz     emit
        ret

help:   .ascii  "usage: hello TEXT COUNT MILLISECONDS [EXIT]\n"
        .set    help_length, . - help

        .bss
buffer: .skip   256
