from nenrin.work.models.touch import Touch as Touch
